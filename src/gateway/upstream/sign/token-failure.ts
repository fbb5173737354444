import type { FailureKind } from '../../../domain/failure.ts';

/** Why a service account got no access token. The message holds neither a secret nor text of the answer. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly kind: Extract<FailureKind, 'auth-rejected' | 'rate-limited' | 'upstream-error' | 'transport' | 'malformed'>;
  /** Of the token endpoint; 0 when no answer came. */
  readonly status: number;

  constructor(kind: TokenFailure['kind'], status: number, message: string) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}
