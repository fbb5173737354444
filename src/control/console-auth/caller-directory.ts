/** A virtual key as somebody who may sign in. */
export interface CallerAccount {
  readonly id: string;
  readonly name: string;
  /** False also when it expired. */
  readonly isEnabled: boolean;
  /** SHA-256 of its present secret, lower-case hex. */
  readonly secretHash: string;
}

/** The virtual keys of this moment. */
export interface CallerDirectory {
  /** Also by a secret that was replaced and is still good for a while. */
  findBySecret(secret: string): CallerAccount | null;
  findById(id: string): CallerAccount | null;
}
