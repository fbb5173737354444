/** A provider key as people paste it: without white space around it, one pair of quotes, and the word `Bearer`. */
export function normaliseSecret(written: string): string {
  let secret = written.trim();
  const first = secret[0];
  if (secret.length >= 2 && (first === '"' || first === "'") && secret.endsWith(first)) secret = secret.slice(1, -1).trim();
  return secret.replace(/^Bearer\s+/iu, '').trim();
}

/** True when a secret can stand in a header: visible ASCII without spaces. */
export function isHeaderSafe(secret: string): boolean {
  return /^[\x21-\x7e]*$/u.test(secret);
}
