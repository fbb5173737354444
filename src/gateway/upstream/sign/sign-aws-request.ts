import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from '../../../config/aws-credentials.ts';

/** A request exactly as it will go out. */
export interface SignableRequest {
  readonly method: string;
  /** `https://bedrock-runtime.us-east-1.amazonaws.com` */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  /** Flat list of names in lower case and values, without `host`. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
}

export interface AwsScope {
  readonly region: string;
  readonly service: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const OWN = new Set(['authorization', 'x-amz-date', 'x-amz-security-token']);

/**
 * The headers of a request with AWS's Signature Version 4 behind them. Host, content-type and all `x-amz-*` are signed; other headers may be changed
 * on the way. Source: "Signature Version 4 for API requests" of AWS; path segments are escaped a second time, as all services but S3 want it.
 */
export function signAwsRequest(request: SignableRequest, credentials: AwsCredentials, scope: AwsScope, atMs: number): string[] {
  const time = `${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/gu, '')}Z`;
  const headers = request.headers.flatMap((name, index) => (index % 2 === 1 || OWN.has(name) ? [] : [name, request.headers[index + 1] ?? '']));
  headers.push('x-amz-date', time);
  if (credentials.sessionToken !== null) headers.push('x-amz-security-token', credentials.sessionToken);
  const signed = signedHeaders(headers, new URL(request.origin).host);
  const names = [...signed.keys()].join(';');
  const credentialScope = `${time.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const text = [ALGORITHM, time, credentialScope, sha256(canonicalRequest(request, signed, names))].join('\n');
  const signature = hmac(signingKey(credentials.secretAccessKey, credentialScope), text).toString('hex');
  const authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${credentialScope}, SignedHeaders=${names}, Signature=${signature}`;
  return [...headers, 'authorization', authorization];
}

/** Name → value, in the order of their names. */
function signedHeaders(headers: readonly string[], host: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>([['host', host]]);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (name !== 'content-type' && !name.startsWith('x-amz-')) continue;
    const value = (headers[i + 1] ?? '').trim().replaceAll(/ +/gu, ' ');
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before},${value}`);
  }
  return new Map([...found].toSorted(([left], [right]) => compare(left, right)));
}

function canonicalRequest({ method, path, body }: SignableRequest, signed: ReadonlyMap<string, string>, names: string): string {
  const mark = path.indexOf('?');
  const bare = mark === -1 ? path : path.slice(0, mark);
  const lines = [...signed].map(([name, value]) => `${name}:${value}\n`);
  return [method, canonicalPath(bare), canonicalQuery(mark === -1 ? '' : path.slice(mark + 1)), lines.join(''), names, sha256(body ?? '')].join('\n');
}

function canonicalPath(path: string): string {
  return path === '' ? '/' : path.split('/').map(escape).join('/');
}

function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((parameter) => parameter !== '');
  const escaped = pairs.map((parameter) => {
    const equals = parameter.indexOf('=');
    const [name, value] = equals === -1 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)];
    return [escape(unescape(name)), escape(unescape(value))] as const;
  });
  const sorted = escaped.toSorted(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey(secret: string, credentialScope: string): Buffer {
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of credentialScope.split('/')) key = hmac(key, part);
  return key;
}

/** By code unit, and never by the rules of a language. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer<ArrayBuffer> {
  return createHmac('sha256', key).update(text).digest();
}
