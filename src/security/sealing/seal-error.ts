/**
 * Why something sealed cannot be made or read. `bad-master-key`: the text is no key. `wrong-master-key`: a key, but not the one that sealed.
 * `missing-master-key`: sealed data and no key. `unknown-data-key`: sealed with a data key that nobody keeps. `broken-seal`: changed, cut, or moved.
 */
export type SealErrorCode = 'bad-master-key' | 'wrong-master-key' | 'missing-master-key' | 'unknown-data-key' | 'broken-seal';

/** Its message says what to do and holds no secret. */
export class SealError extends Error {
  readonly code: SealErrorCode;

  constructor(code: SealErrorCode, message: string) {
    super(message);
    this.name = 'SealError';
    this.code = code;
  }
}
