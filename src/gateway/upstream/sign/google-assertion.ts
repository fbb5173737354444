import { sign } from 'node:crypto';
import type { ServiceAccount } from '../../../config/service-account.ts';

/** Longest life that Google gives an assertion. */
const LIFE_SECONDS = 3600;

/** The form with which a service account asks its token endpoint for an access token. RFC 7523, signed with RS256. */
export function assertionForm(account: ServiceAccount, scope: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId === '' ? {} : { kid: account.keyId }) };
  const claims = { iss: account.clientEmail, scope, aud: account.tokenUri, iat: now, exp: now + LIFE_SECONDS };
  const unsigned = `${encode(header)}.${encode(claims)}`;
  const assertion = `${unsigned}.${sign('sha256', Buffer.from(unsigned), account.privateKey).toString('base64url')}`;
  return new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString();
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
