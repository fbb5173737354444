import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { ByteSink } from '../../lib/byte-sink.ts';
import type { HttpHeaders } from '../../lib/http-headers.ts';

export interface UpstreamRequest {
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  readonly method: string;
  /** Flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
}

/** What a call tells before it has a body to give. */
export interface CallListener {
  /** Status and headers are there; answers with what takes the body. */
  onHead(status: number, headers: HttpHeaders): ByteSink;
  /** No answer came. `sent`: the whole request had gone out, so the upstream may have acted on it. */
  onFailure(error: Error, sent: boolean): void;
}

/** Why the gateway itself ended a call. */
class CallAborted extends Error {
  override readonly name = 'CallAborted';
}

/** One HTTP call to an upstream: undici's handler on one side, a listener and a sink on the other. */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly #listener: CallListener;
  #controller: Dispatcher.DispatchController | null = null;
  #sink: ByteSink | null = null;
  #sent = false;
  #over = false;
  #abortedEarly: CallAborted | null = null;

  constructor(listener: CallListener) {
    this.#listener = listener;
  }

  start(dispatcher: Dispatcher, request: UpstreamRequest): void {
    try {
      dispatcher.dispatch(
        {
          origin: request.origin,
          path: request.path,
          method: request.method as Dispatcher.HttpMethod,
          headers: request.headers as string[],
          body: request.body,
        },
        this,
      );
    } catch (error) {
      this.onResponseError(null, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends the call; the connection is closed. The listener or sink is told, unless the call was over. */
  abort(reason: string): void {
    if (this.#over) return;
    const error = new CallAborted(reason);
    if (this.#controller === null) {
      // Still queued for a connection: it is refused as soon as it would start, and the listener hears of it now.
      this.#abortedEarly = error;
      this.#finish(error);
    } else {
      this.#controller.abort(error);
    }
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  get isOver(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortedEarly !== null) controller.abort(this.#abortedEarly);
  }

  onRequestSent(): void {
    this.#sent = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    if (status < 200 || this.#over) return;
    this.#sink = this.#listener.onHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over) this.#sink?.onData(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink?.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (!this.#over) this.#finish(error);
  }

  #finish(error: Error): void {
    this.#over = true;
    if (this.#sink === null) this.#listener.onFailure(error, this.#sent);
    else this.#sink.onBreak(error);
  }
}
