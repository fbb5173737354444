/** What a sealed text holds: a secret, a data key, or the value by which a master key is recognised. */
export type SealedKind = 'sealed' | 'datakey' | 'keycheck';

/** A sealed text, taken apart. `keyId` names the data key, for data keys and key checks the master key. */
export interface SealedText {
  readonly keyId: string;
  /** base64url of nonce, ciphertext and tag. */
  readonly body: string;
}

const SHAPE = /^(?<kind>sealed|datakey|keycheck):v1:(?<keyId>[0-9a-f]{8,32}):(?<body>[A-Za-z0-9_-]+)$/u;

/** `<kind>:v1:<keyId>:<body>`: one word of ASCII, so that it can stand in any text column. */
export function writeSealedText(kind: SealedKind, { keyId, body }: SealedText): string {
  return `${kind}:v1:${keyId}:${body}`;
}

/** Null when the text is not a sealed one of this kind. */
export function readSealedText(kind: SealedKind, text: string): SealedText | null {
  const { kind: found, keyId, body } = SHAPE.exec(text)?.groups ?? {};
  return found !== kind || keyId === undefined || body === undefined ? null : { keyId, body };
}
