import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../../domain/gateway-error.ts';
import { Roster } from '../../lib/roster.ts';
import { beginExchange, type Exchange, type GatewayContext } from '../exchange/handle-exchange.ts';
import { hasOneHost } from './has-one-host.ts';
import { matchPath } from './match-path.ts';
import { checkDeclaredLength } from './read-body.ts';
import { errorBody, writeError } from './write-error.ts';

/** The data plane on an HTTP server: takes the requests that are its own, and tells exchanges when their client leaves. */
export class DataPlane {
  readonly #context: GatewayContext;
  readonly #open = new Roster<Exchange>();
  /** Exchanges of each connection. Beside the sockets and not on them: a field of ours would give them a shape of their own, which slows Node's streams. */
  readonly #ofSocket = new WeakMap<Duplex, Exchange[]>();
  #onIdle: (() => void) | null = null;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** Exchanges under way. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Hands everything else to `fallback`. */
  attach(server: Server, fallback: (request: IncomingMessage, response: ServerResponse) => void): void {
    // A client that has sent its request may close its side and still read the answer.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.on('request', (request, response) => {
      if (!this.handle(request, response)) fallback(request, response);
    });
    server.on('checkContinue', (request, response) => this.#onExpectContinue(request, response, fallback));
    server.on('checkExpectation', (_request, response) => {
      writeError(
        response,
        new GatewayError('expectation_failed', 'the only expectation that is met here is 100-continue'),
        'openai-chat',
        this.#newId(),
        true,
      );
    });
    server.on('connection', (socket: Duplex) => {
      socket.on('end', () => {
        // Before the first byte nobody can tell a half-closed client from one that left; afterwards only a failed write can.
        for (const exchange of this.#ofSocket.get(socket)?.slice() ?? []) exchange.clientClosedItsSide();
      });
    });
    for (const event of ['connect', 'upgrade'])
      server.on(event, (_request: IncomingMessage, socket: Duplex) => this.#refuseRaw(socket, 405, 'this kind of connection is not offered here'));
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => this.#onClientError(error, socket));
  }

  /** True when the request was the data plane's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const match = matchPath(request.url ?? '/');
    if (!hasOneHost(request)) {
      const style = match === null ? 'openai-chat' : match.errorStyle;
      writeError(response, new GatewayError('invalid_headers', 'the request must have exactly one Host header'), style, this.#newId(), true);
      return true;
    }
    if (match === null) return false;
    if ('problem' in match) {
      const error =
        match.problem === 'invalid'
          ? new GatewayError(
              'invalid_path',
              'the path holds something that two programs could read differently: "..", "\\", ";", "#" or an encoded form of them',
            )
          : new GatewayError('not_found', 'there is nothing under this path');
      writeError(response, error, match.errorStyle, this.#newId(), !request.complete && request.headers['content-length'] !== undefined);
      return true;
    }
    const ofSocket = this.#exchangesOf(request.socket);
    const exchange = beginExchange(this.#context, match, request, response, (closed) => {
      ofSocket.splice(ofSocket.indexOf(closed), 1);
      this.#open.delete(closed);
      if (this.#open.size === 0) this.#onIdle?.();
    });
    ofSocket.push(exchange);
    this.#open.add(exchange);
    return true;
  }

  /** Resolves when no exchange is open. */
  whenIdle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Ends what is still open: streams get their protocol's error event. */
  interruptAll(): void {
    for (const exchange of this.#open.toArray()) exchange.interrupt();
  }

  #exchangesOf(socket: Duplex): Exchange[] {
    let ofSocket = this.#ofSocket.get(socket);
    if (ofSocket === undefined) {
      ofSocket = [];
      this.#ofSocket.set(socket, ofSocket);
    }
    return ofSocket;
  }

  #onExpectContinue(
    request: IncomingMessage,
    response: ServerResponse,
    fallback: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const match = matchPath(request.url ?? '/');
    if (match !== null && !('problem' in match)) {
      const { settings } = this.#context.currentSnapshot();
      const isStreamed = match.protocol === 'pass-through' || match.protocol === 'rest';
      try {
        checkDeclaredLength(request, isStreamed ? settings.maxStreamedBodyBytes : settings.maxBodyBytes);
      } catch (error) {
        if (error instanceof GatewayError) return writeError(response, error, match.errorStyle, this.#newId(), true);
        throw error;
      }
    }
    response.writeContinue();
    if (!this.handle(request, response)) fallback(request, response);
  }

  /** A request that could not be read as HTTP: nothing is known of it but its connection. */
  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (error.code === 'HPE_HEADER_OVERFLOW') return this.#refuseRaw(socket, 431, 'the request headers are larger than 64 KiB', 'headers_too_large');
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return this.#refuseRaw(socket, 408, 'the request did not arrive in time', 'request_timeout');
    this.#refuseRaw(socket, 400, 'the request is not valid HTTP/1.1', 'invalid_headers');
  }

  #refuseRaw(
    socket: Duplex,
    status: number,
    message: string,
    code: 'headers_too_large' | 'request_timeout' | 'invalid_headers' | 'method_not_allowed' = 'method_not_allowed',
  ): void {
    if (!socket.writable) return void socket.destroy();
    const id = this.#newId();
    const body = errorBody(new GatewayError(code, message), 'openai-chat', id);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${id}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  }

  #newId(): string {
    return this.#context.ids.next(this.#context.clock.nowMs());
  }
}
