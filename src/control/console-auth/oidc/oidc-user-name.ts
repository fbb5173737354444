import { randomBytes } from 'node:crypto';

const LONGEST = 32;
const SUFFIX_BYTES = 3;

/** A name for a new user from what the provider calls them: letters that names may have. It gives no right to an account of that name. */
export function userNameOfClaims(claims: Readonly<Record<string, unknown>>): string {
  const { preferred_username: preferred, email } = claims;
  const wished = [preferred, email].find((claim) => typeof claim === 'string' && claim !== '');
  const [local = ''] = typeof wished === 'string' ? wished.split('@', 1) : [];
  const cleaned = local.replaceAll(/[^A-Za-z0-9._-]+/gu, '-').slice(0, LONGEST);
  return /[A-Za-z0-9]/u.test(cleaned) && cleaned.length >= 3 ? cleaned : `user-${suffix()}`;
}

/** The same name with a few random letters behind it, for when it is taken. */
export function distinctUserName(name: string): string {
  return `${name.slice(0, LONGEST - 1 - SUFFIX_BYTES * 2)}-${suffix()}`;
}

function suffix(): string {
  return randomBytes(SUFFIX_BYTES).toString('hex');
}
