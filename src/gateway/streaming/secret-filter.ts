const REDACTED = Buffer.from('[redacted]');
/** Shorter ones are nobody's real keys, and would be found inside ordinary words. */
const SHORTEST_SECRET = 8;
const PERCENT = 0x25;
const NOTHING = Buffer.alloc(0);

/** Replaces a secret in a whole text, as it is and as it stands in a URL. Gives the same buffer back when it is not there. */
export function redactWhole(bytes: Buffer, secret: Buffer): Buffer {
  if (secret.length < SHORTEST_SECRET) return bytes;
  const clean = replaceEach(bytes, secret);
  return clean.includes(PERCENT) ? replaceEach(clean, Buffer.from(encodeURIComponent(secret.toString()))) : clean;
}

function replaceEach(bytes: Buffer, secret: Buffer): Buffer {
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
 * Blanks a secret in a body that passes in pieces, as it is and as it stands in a URL, also where it lies across two. The length stays the same, because the length of the whole
 * may have been told already. Holds back only bytes that could be the beginning of the secret.
 */
export class SecretFilter {
  readonly #secret: Buffer;
  /** Blanks the form in URLs, where that is another one. */
  readonly #escaped: SecretFilter | null;
  #held: Buffer | null = null;

  constructor(secret: string, isEscaped = false) {
    this.#secret = Buffer.from(secret);
    const escaped = encodeURIComponent(secret);
    this.#escaped = isEscaped || escaped === secret ? null : new SecretFilter(escaped, true);
  }

  push(chunk: Buffer): Buffer {
    if (this.#secret.length < SHORTEST_SECRET) return chunk;
    const clean = this.#blank(chunk);
    return this.#escaped === null ? clean : this.#escaped.push(clean);
  }

  #blank(chunk: Buffer): Buffer {
    const secret = this.#secret;
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
    if (this.#escaped === null) return held;
    const last = [this.#escaped.push(held ?? NOTHING), this.#escaped.flush() ?? NOTHING];
    return last.every((piece) => piece.length === 0) ? null : Buffer.concat(last);
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
