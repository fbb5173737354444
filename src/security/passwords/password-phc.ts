/** A password's hash, taken apart. Memory in KiB. */
export interface PasswordPhc {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const SHAPE =
  /^\$argon2id\$v=19\$m=(?<m>[1-9]\d{0,6}),t=(?<t>[1-9]\d{0,2}),p=(?<p>[1-9]\d{0,1})\$(?<salt>[A-Za-z0-9+/]{11,86})\$(?<hash>[A-Za-z0-9+/]{22,86})$/u;
/** Whoever can write to the database must not be able to make one login take gigabytes or minutes. */
const MOST = { memoryKib: 262_144, passes: 16, parallelism: 4 };

/** `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, base64 without padding: the form of the argon2 reference implementation. */
export function writePasswordPhc({ memoryKib, passes, parallelism, salt, hash }: PasswordPhc): string {
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Null for other algorithms and versions, broken texts, and costs beyond reason. */
export function readPasswordPhc(text: string): PasswordPhc | null {
  const { m, t, p, salt, hash } = SHAPE.exec(text)?.groups ?? {};
  if (salt === undefined || hash === undefined) return null;
  const [memoryKib, passes, parallelism] = [Number(m), Number(t), Number(p)];
  if (memoryKib > MOST.memoryKib || passes > MOST.passes || parallelism > MOST.parallelism || memoryKib < 8 * parallelism) return null;
  return { memoryKib, passes, parallelism, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
