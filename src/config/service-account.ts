import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isObject, parseJson } from '../lib/json-reading.ts';
import { isPrivateHost } from '../lib/network-address.ts';

/** A Google service account key, as much of its JSON as tokens need. */
export interface ServiceAccount {
  readonly clientEmail: string;
  /** Absent in the JSON: empty. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** As it stands in the JSON, in PEM form. */
  readonly privateKeyPem: string;
  readonly tokenUri: string;
}

const USUAL_TOKEN_URI = 'https://oauth2.googleapis.com/token';

/** Reads the JSON of a service account key, as it is or in base64. A string is what is wrong with it, as the end of a sentence without any of it. */
export function readServiceAccount(secret: string): ServiceAccount | string {
  const json = parseJson(secret.trimStart().startsWith('{') ? secret : Buffer.from(secret, 'base64'));
  if (!isObject(json)) return 'must be the JSON of a service account key, as it is or in base64';
  if (json['type'] !== undefined && json['type'] !== 'service_account') return 'must be the key of a service account: its "type" is another';
  const { client_email: clientEmail, private_key: privateKeyPem, private_key_id: keyId = '', token_uri: tokenUri = USUAL_TOKEN_URI } = json;
  if (!isText(clientEmail)) return 'lacks the field client_email of a service account key';
  if (!isText(privateKeyPem)) return 'lacks the field private_key of a service account key';
  const privateKey = readPrivateKey(privateKeyPem);
  if (privateKey === null) return 'has a private_key that is no RSA key in PEM form';
  if (!isText(tokenUri) || !mayGetTokens(tokenUri)) return 'has a token_uri that is no https URL';
  return { clientEmail, keyId: isText(keyId) ? keyId : '', privateKey, privateKeyPem, tokenUri };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function readPrivateKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}

/** An assertion is worth an hour of access: it goes over plain http inside one's own network only. */
function mayGetTokens(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isPrivateHost(hostname));
}
