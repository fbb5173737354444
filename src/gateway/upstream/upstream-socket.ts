import { Socket, type LookupFunction } from 'node:net';
import { ContinueFilter } from './pass-over-continue.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;
const READ_AHEAD_BYTES = 64 * 1024;

/**
 * A plain connection to an upstream, which passes over unasked `100 Continue` answers. A class and not a patched socket: what all connections
 * share stays on the prototype, and Node's streams stay fast.
 */
class UpstreamSocket extends Socket {
  readonly #filter = new ContinueFilter();

  override read(size?: number): unknown {
    for (;;) {
      const chunk: unknown = super.read(size);
      const kept = this.#filter.take(chunk, this);
      if (kept !== null || chunk === null) return kept;
    }
  }
}

export interface PlainConnection {
  readonly hostname: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly lookup: LookupFunction;
}

/** Connects without TLS; calls back once, with the socket or with why there is none. */
export function connectPlain(connection: PlainConnection, callback: (error: Error | null, socket: Socket | null) => void): void {
  const { hostname, port, timeoutMs, lookup } = connection;
  const socket = new UpstreamSocket({ readableHighWaterMark: READ_AHEAD_BYTES, writableHighWaterMark: READ_AHEAD_BYTES } as object);
  let isOver = false;
  const finish = (error: Error | null): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (error !== null) socket.destroy();
    callback(error, error === null ? socket : null);
  };
  const timer = setTimeout(
    () => finish(Object.assign(new Error('no connection within the connect deadline'), { code: 'UND_ERR_CONNECT_TIMEOUT' })),
    timeoutMs,
  );
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  socket.once('connect', () => finish(null));
  // Errors after the connection was handed over belong to whoever has it; this listener only keeps them from being nobody's.
  socket.on('error', finish);
  socket.connect({ host: hostname, port, lookup });
}
