import { createHash, createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { sendJson, startLoopbackServer, type HeardRequest, type LoopbackServer } from './loopback-server.ts';

/** An account of AWS: its keys are `id:secret`, with `:token` for a session. */
export interface AwsAccount {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

/** What the next call gets in place of an answer. */
export type BedrockFault =
  | { readonly kind: 'refusal'; readonly status: number; readonly type: string; readonly message: string }
  /** An exception as a frame, behind so many events. */
  | { readonly kind: 'exception'; readonly type: string; readonly message: string; readonly afterEvents: number }
  /** The bytes of the stream end behind so many. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

const REGION = 'eu-west-1';
const MOST_AGE_MS = 5 * 60_000;

/** Bedrock's InvokeModel for Claude: believes no signature that it did not compute itself, and refuses what Bedrock refuses. */
export class MockBedrock {
  readonly region = REGION;
  readonly requests: (HeardRequest & { readonly account: string })[] = [];
  /** Events of the streamed answer, as JSON, and the whole answer. */
  events: readonly string[] = [];
  body: object = {};
  readonly #accounts: readonly AwsAccount[];
  readonly #faults: BedrockFault[] = [];
  #server: LoopbackServer | null = null;

  private constructor(accounts: readonly AwsAccount[]) {
    this.#accounts = accounts;
  }

  static async start(accounts: readonly AwsAccount[]): Promise<MockBedrock> {
    const mock = new MockBedrock(accounts);
    mock.#server = await startLoopbackServer((request, response) => mock.#answer(request, response));
    return mock;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  fail(...faults: readonly BedrockFault[]): void {
    this.#faults.push(...faults);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #answer(request: HeardRequest, response: ServerResponse): void {
    const account = this.#accounts.find(({ id }) => authorizationOf(request).id === id);
    if (account === undefined) return refuse(response, 403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
    const problem = problemOfSignature(request, account, new URL(this.origin).host);
    if (problem !== null) return refuse(response, 403, 'InvalidSignatureException', problem);
    this.requests.push({ ...request, account: account.id });
    const path = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/u.exec(request.url);
    if (path === null || request.method !== 'POST') return refuse(response, 404, 'UnknownOperationException', 'There is no such operation.');
    const body = JSON.parse(request.body.toString('utf8')) as Record<string, unknown>;
    const extra = ['model', 'stream'].find((member) => member in body);
    if (extra !== undefined) return refuse(response, 400, 'ValidationException', `extraneous key [${extra}] is not permitted`);
    if (body['anthropic_version'] !== 'bedrock-2023-05-31') return refuse(response, 400, 'ValidationException', 'anthropic_version is required');
    const fault = this.#faults.shift();
    if (fault?.kind === 'refusal') return refuse(response, fault.status, fault.type, fault.message);
    if (path[2] === 'invoke') return sendJson(response, 200, this.body);
    this.#stream(response, fault);
  }

  #stream(response: ServerResponse, fault: Exclude<BedrockFault, { kind: 'refusal' }> | undefined): void {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    const frames = this.events.map((event) => eventFrame({ ':event-type': 'chunk', ':message-type': 'event' }, { bytes: base64(event), p: 'abc' }));
    if (fault?.kind === 'exception') {
      const sent = frames.slice(0, fault.afterEvents);
      const exception = eventFrame({ ':exception-type': fault.type, ':message-type': 'exception' }, { message: fault.message });
      return void response.end(Buffer.concat([...sent, exception]));
    }
    const bytes = Buffer.concat(frames);
    if (fault === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, fault.afterBytes), () => setTimeout(() => response.destroy(), 10));
  }
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { message }, { 'x-amzn-errortype': `${type}:http://internal.amazon.com/` });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** One message of AWS's event stream: lengths, their CRC, headers of text, payload, CRC of everything. */
function eventFrame(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => Buffer.concat([shortText(name, 1), Buffer.from([7]), shortText(value, 2)])),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const lengths = Buffer.concat([uint(16 + head.length + body.length, 4), uint(head.length, 4)]);
  const message = Buffer.concat([lengths, uint(crc32(lengths), 4), head, body]);
  return Buffer.concat([message, uint(crc32(message), 4)]);
}

function shortText(text: string, lengthBytes: number): Buffer {
  return Buffer.concat([uint(Buffer.byteLength(text), lengthBytes), Buffer.from(text)]);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

interface Authorization {
  readonly id: string;
  readonly scope: string;
  readonly signed: readonly string[];
  readonly signature: string;
}

function authorizationOf({ headers }: HeardRequest): Authorization {
  const found = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/u.exec(
    headers.authorization ?? '',
  );
  return { id: found?.[1] ?? '', scope: found?.[2] ?? '', signed: (found?.[3] ?? '').split(';'), signature: found?.[4] ?? '' };
}

/** Computed anew from what arrived, in the order of AWS's own description; null when it is right. */
function problemOfSignature(request: HeardRequest, account: AwsAccount, host: string): string | null {
  const { scope, signed, signature } = authorizationOf(request);
  const time = String(request.headers['x-amz-date']);
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < MOST_AGE_MS)) return 'Signature expired.';
  if (scope !== `${time.slice(0, 8)}/${REGION}/bedrock/aws4_request`) return 'Credential should be scoped to a valid region.';
  if (request.headers.host !== host || !signed.includes('host')) return 'The host is not signed.';
  const amazons = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'));
  if (amazons.some((name) => !signed.includes(name))) return 'There were headers present in the request which were not signed.';
  if (request.headers['x-amz-security-token'] !== account.token) return 'The security token included in the request is invalid.';
  const [path = '', query = ''] = request.url.split('?');
  // What arrives is escaped once; everything but S3 signs it escaped once more.
  const canonicalPath = path
    .split('/')
    .map((segment) => strictEscape(segment))
    .join('/');
  const names = [...signed].toSorted();
  const lines = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = [request.method, canonicalPath, query, lines, names.join(';'), digest(request.body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, digest(canonical)].join('\n');
  const key = scope.split('/').reduce<Buffer>((secret, part) => sign(secret, part), Buffer.from(`AWS4${account.secret}`));
  return sign(key, text).toString('hex') === signature ? null : 'The request signature we calculated does not match the signature you provided.';
}

function strictEscape(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      /[A-Za-z0-9\-._~]/u.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function sign(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
