const REDACTED = Buffer.from('[redacted]');

/** Replaces a secret in a whole text. Gives the same buffer back when it is not there. */
export function redactWhole(bytes: Buffer, secret: Buffer): Buffer {
  if (secret.length === 0) return bytes;
  let at = bytes.indexOf(secret);
  if (at === -1) return bytes;
  const pieces: Buffer[] = [];
  let from = 0;
  while (at !== -1) {
    pieces.push(bytes.subarray(from, at), REDACTED);
    from = at + secret.length;
    at = bytes.indexOf(secret, from);
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}

/**
 * Blanks a secret in a body that passes in pieces, also where it lies across two. The length stays the same, because the length of the whole
 * may have been told already. Holds back only bytes that could be the beginning of the secret.
 */
export class SecretFilter {
  readonly #secret: Buffer;
  #held: Buffer | null = null;

  constructor(secret: string) {
    this.#secret = Buffer.from(secret);
  }

  push(chunk: Buffer): Buffer {
    const secret = this.#secret;
    if (secret.length < 8) return chunk;
    let bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    let at = bytes.indexOf(secret);
    if (at !== -1) {
      bytes = Buffer.from(bytes);
      while (at !== -1) {
        bytes.fill(0x2a, at, at + secret.length);
        at = bytes.indexOf(secret, at + secret.length);
      }
    }
    const keep = partialSuffix(bytes, secret);
    if (keep === 0) return bytes;
    this.#held = bytes.subarray(bytes.length - keep);
    return bytes.subarray(0, bytes.length - keep);
  }

  /** What was held back, at the end. */
  flush(): Buffer | null {
    const held = this.#held;
    this.#held = null;
    return held;
  }
}

/** Length of the longest end of `bytes` with which the secret begins. */
function partialSuffix(bytes: Buffer, secret: Buffer): number {
  const from = Math.max(0, bytes.length - secret.length + 1);
  const first = secret[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    const length = bytes.length - at;
    if (bytes.compare(secret, 0, length, at) === 0) return length;
  }
  return 0;
}
