import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that sends the next event of a stream only when its reader has read all before it, so that never more than one event is under way. */
export class PacedUpstream {
  readonly origin: string;
  readonly #server: Server;
  readonly #pieces: Map<string, readonly string[]>;
  readonly #streams: Map<string, PacedStream>;

  private constructor(server: Server, pieces: Map<string, readonly string[]>, streams: Map<string, PacedStream>) {
    this.#server = server;
    this.#pieces = pieces;
    this.#streams = streams;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<PacedUpstream> {
    const pieces = new Map<string, readonly string[]>();
    const streams = new Map<string, PacedStream>();
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const stream = new PacedStream(response, pieces.get(request.url?.split('/')[1] ?? '') ?? []);
      streams.set(String(request.headers['user-agent']), stream);
      stream.sendNext(0);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PacedUpstream(server, pieces, streams);
  }

  /** What it streams below `/{folder}/`, event by event. */
  stream(folder: string, pieces: readonly string[]): void {
    this.#pieces.set(folder, pieces);
  }

  /** The reader with this user agent has read so many events. */
  hasRead(userAgent: string, events: number): void {
    this.#streams.get(userAgent)?.sendNext(events);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

class PacedStream {
  readonly #response: ServerResponse;
  readonly #pieces: readonly string[];
  #sent = 0;

  constructor(response: ServerResponse, pieces: readonly string[]) {
    this.#response = response;
    this.#pieces = pieces;
  }

  sendNext(read: number): void {
    if (read !== this.#sent || this.#response.destroyed) return;
    const piece = this.#pieces[this.#sent];
    if (piece === undefined) return void this.#response.end();
    this.#sent += 1;
    this.#response.write(piece);
  }
}
