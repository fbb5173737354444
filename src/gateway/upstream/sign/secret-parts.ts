import { parseAwsCredentials } from '../../../config/aws-credentials.ts';
import { readServiceAccount } from '../../../config/service-account.ts';
import type { AuthScheme } from '../../../domain/preset.ts';

/** Every text made of a key's secret that must never leave, longest first; access tokens are told by GoogleTokens as they come. */
export function secretPartsOf(secret: string, auth: AuthScheme): readonly string[] {
  switch (auth.in) {
    case 'header':
    case 'query':
      return [secret];
    case 'aws-sigv4': {
      const found = parseAwsCredentials(secret);
      if (found === null) return [secret];
      return [secret, ...(found.sessionToken === null ? [] : [found.sessionToken]), found.secretAccessKey];
    }
    case 'google-service-account': {
      const account = readServiceAccount(secret);
      return typeof account === 'string' ? [secret] : [secret, account.privateKeyPem, ...linesOfKey(account.privateKeyPem)];
    }
  }
}

/** The lines between BEGIN and END: a text may show the key indented or in part. The last one may be too short to be a secret. */
function linesOfKey(pem: string): readonly string[] {
  const lines = pem.split(/\r?\n/u).map((line) => line.trim());
  return lines.filter((line) => line.length >= 16 && !line.startsWith('-----'));
}
