import { connect } from 'node:net';

export interface RawExchange {
  readonly port: number;
  /** Written one after the other, `pauseMs` apart. */
  readonly writes: readonly (Buffer | string)[];
  readonly pauseMs?: number;
  /** Sends a FIN after the last write and goes on reading. */
  readonly halfClose?: boolean;
  /** Ends the wait when nothing has come for so long; 1 s when absent. */
  readonly quietMs?: number;
}

export interface RawResult {
  readonly received: Buffer;
  readonly text: string;
  /** How the other side ended the connection; `quiet` when it left it open. */
  readonly end: 'fin' | 'rst' | 'quiet';
}

/** Sends exactly these bytes to a loopback port, for requests that no HTTP client would write. */
export function sendRawBytes(exchange: RawExchange): Promise<RawResult> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect({ port: exchange.port, host: '127.0.0.1', allowHalfOpen: exchange.halfClose === true });
    const finish = (end: RawResult['end']): void => {
      socket.destroy();
      const received = Buffer.concat(parts);
      resolve({ received, text: received.toString('latin1'), end });
    };
    socket.setTimeout(exchange.quietMs ?? 1000, () => finish('quiet'));
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => finish('fin'));
    socket.on('error', () => finish('rst'));
    socket.on('connect', () => void writeAll());
    const writeAll = async (): Promise<void> => {
      for (const [index, bytes] of exchange.writes.entries()) {
        if (index > 0) await new Promise((done) => setTimeout(done, exchange.pauseMs ?? 0));
        if (socket.destroyed) return;
        socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
      }
      if (exchange.halfClose === true) socket.end();
    };
  });
}
