import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';

import { SseReader } from './sse-reader.ts';
import type { SseEvent } from './sse-reader.ts';

export interface ClientRequest {
  readonly url: string;
  /** POST when there is a body, else GET. */
  readonly method?: string;
  /** Values in a list are sent as repeated fields. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Objects are sent as JSON. */
  readonly body?: Buffer | string | object;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
  /** 15 s when absent. */
  readonly timeoutMs?: number;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** The body parsed; throws when it is no JSON. */
  json(): unknown;
}

/** An answer whose body is still flowing. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Events as they come; throws when the connection breaks before the body's end. */
  readonly events: AsyncGenerator<SseEvent, void>;
  /** Bytes as they come, instead of `events`. */
  readonly bytes: AsyncIterable<Buffer>;
  readonly comments: readonly string[];
  /** Destroys the connection. */
  abort(): void;
}

/** Sends a request over a connection of its own and reads the whole answer. Rejects on transport failures only. */
export async function send(request: ClientRequest): Promise<ClientAnswer> {
  const incoming = await begin(request);
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  if (!incoming.complete) throw new Error(`The answer of ${request.url} ended before it was complete.`);
  const body = Buffer.concat(parts);
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body,
    text: body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')) as unknown,
  };
}

/** Sends a request and returns when the answer's headers have come. */
export async function open(request: ClientRequest): Promise<OpenAnswer> {
  const incoming = await begin(request);
  const reader = new SseReader();
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    events: eventsOf(incoming, reader),
    bytes: incoming as AsyncIterable<Buffer>,
    comments: reader.comments,
    abort: () => incoming.destroy(),
  };
}

async function* eventsOf(incoming: IncomingMessage, reader: SseReader): AsyncGenerator<SseEvent, void> {
  for await (const part of incoming as AsyncIterable<Buffer>) yield* reader.push(part);
  yield* reader.flush();
}

function begin(request: ClientRequest): Promise<IncomingMessage> {
  const body = bytesOf(request.body);
  const url = new URL(request.url);
  const written = request.url.slice(url.origin.length);
  const headers: Record<string, string | string[]> = body === null ? {} : { 'content-length': String(body.length) };
  if (body !== null && !Buffer.isBuffer(request.body) && typeof request.body === 'object') headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = typeof value === 'string' ? value : [...value];
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      hostname: url.hostname,
      port: url.port,
      // As written: parsing would resolve dot segments and the like.
      path: written.startsWith('/') ? written : `/${written}`,
      method: request.method ?? (body === null ? 'GET' : 'POST'),
      headers,
      agent: request.agent ?? false,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    outgoing.setTimeout(request.timeoutMs ?? 15_000, () => outgoing.destroy(new Error(`No byte from ${request.url} in time.`)));
    outgoing.once('error', reject);
    outgoing.once('response', resolve);
    outgoing.end(body ?? undefined);
  });
}

function bytesOf(body: ClientRequest['body']): Buffer | null {
  if (body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
}
