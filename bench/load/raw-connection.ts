import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface RawConnectionEvents {
  /** The first byte of an answer has come. */
  firstByte(): void;
  /** An answer is complete. */
  done(status: number): void;
  /** The connection broke; it is of no more use. */
  broken(reason: string): void;
}

const END_OF_CHUNKS = Buffer.from('0\r\n\r\n', 'latin1');

/** A keep-alive connection that reads just enough of each answer to know where it ends. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #events: RawConnectionEvents;
  #head = '';
  #isInBody = false;
  /** Body bytes still to come; -1 while the body is chunked. */
  #left = 0;
  #status = 0;
  #tail: Buffer = Buffer.alloc(0);

  constructor(port: number, ready: () => void, events: RawConnectionEvents) {
    this.#events = events;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true }, ready);
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#socket.on('error', (error) => events.broken(error.message));
    this.#socket.on('end', () => events.broken('the connection was closed'));
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.removeAllListeners('end');
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#isInBody) {
      this.#takeBody(bytes);
      return;
    }
    if (this.#head === '') this.#events.firstByte();
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#head.slice(0, end).toLowerCase();
    const rest = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = '';
    this.#status = Number(head.slice(9, 12));
    const length = head.indexOf('\r\ncontent-length:');
    this.#left = length === -1 ? -1 : Number.parseInt(head.slice(length + 17), 10);
    this.#isInBody = true;
    this.#takeBody(rest);
  }

  #takeBody(bytes: Buffer): void {
    if (this.#left >= 0) {
      this.#left -= bytes.length;
      if (this.#left <= 0) this.#finish();
      return;
    }
    if (bytes.length >= END_OF_CHUNKS.length) this.#tail = bytes.subarray(-END_OF_CHUNKS.length);
    else this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-END_OF_CHUNKS.length);
    if (this.#tail.equals(END_OF_CHUNKS)) this.#finish();
  }

  #finish(): void {
    this.#isInBody = false;
    this.#tail = Buffer.alloc(0);
    this.#events.done(this.#status);
  }
}
