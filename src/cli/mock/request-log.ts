import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { RecordedRequest } from './mock-upstream.ts';
import { monotonicMs } from './monotonic-ms.ts';
import type { ReceivedBody } from './received-body.ts';
import { seenKey } from './seen-key.ts';

/** Everything that the mock upstream remembers of the requests and connections it got. */
export class RequestLog {
  readonly requests: RecordedRequest[] = [];
  readonly abortedAt: number[] = [];
  readonly #maxRecorded: number;
  readonly #connectionNumbers = new WeakMap<Socket, number>();
  readonly #cutHere = new WeakSet<RecordedRequest>();
  #openConnections = 0;
  #totalConnections = 0;
  #count = 0;

  constructor(maxRecorded: number) {
    this.#maxRecorded = maxRecorded;
  }

  get count(): number {
    return this.#count;
  }

  connections(): { readonly open: number; readonly total: number } {
    return { open: this.#openConnections, total: this.#totalConnections };
  }

  connected(socket: Socket): void {
    this.#totalConnections += 1;
    this.#openConnections += 1;
    this.#connectionNumbers.set(socket, this.#totalConnections);
    socket.once('close', () => {
      this.#openConnections -= 1;
    });
  }

  countOnly(): void {
    this.#count += 1;
  }

  open(request: IncomingMessage, response: ServerResponse, model: string | null): RecordedRequest {
    this.#count += 1;
    const record: RecordedRequest = {
      number: this.#count,
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      key: seenKey(request.headers, request.url ?? '/'),
      connection: this.#connectionNumbers.get(request.socket) ?? 0,
      at: monotonicMs(),
      model,
      bodyBytes: 0,
      bodySha256: '',
      text: null,
      bodyAt: null,
      status: 0,
      refusal: null,
      retryAfter: null,
      finishedAt: null,
      abortedAt: null,
    };
    this.requests.push(record);
    if (this.requests.length > this.#maxRecorded) this.requests.shift();
    this.#watchEnd(response, record);
    return record;
  }

  bodyReceived(record: RecordedRequest, body: ReceivedBody): void {
    record.bodyBytes = body.bytes;
    record.bodySha256 = body.sha256;
    record.text = body.text;
    record.model ??= body.model;
    record.bodyAt = monotonicMs();
  }

  reset(): void {
    this.requests.length = 0;
    this.abortedAt.length = 0;
    this.#count = 0;
  }

  /** Destroys a connection on purpose, so that the end is not taken for the other side's. */
  cut(record: RecordedRequest, socket: Socket | null, how: 'rst' | 'fin'): void {
    this.#cutHere.add(record);
    if (how === 'rst') socket?.resetAndDestroy();
    else socket?.destroy();
  }

  #watchEnd(response: ServerResponse, record: RecordedRequest): void {
    response.once('finish', () => {
      record.finishedAt = monotonicMs();
    });
    response.once('close', () => {
      if (record.finishedAt !== null || this.#cutHere.has(record)) return;
      record.abortedAt = monotonicMs();
      this.abortedAt.push(record.abortedAt);
    });
  }
}
