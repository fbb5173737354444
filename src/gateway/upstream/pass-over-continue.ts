import type { Readable } from 'node:stream';

const CONTINUE = Buffer.from('HTTP/1.1 100');
const HEAD_END = Buffer.from('\r\n\r\n');
/** `H`, with which the head of an answer begins. */
const FIRST_BYTE = 0x48;

/**
 * Takes unasked `100 Continue` answers out of what is read ahead of an answer. RFC 9110 15.2 wants a client to pass over them; undici ends the
 * connection instead. One byte is looked at in each piece: this stands in the path of every event.
 */
export class ContinueFilter {
  /** What had been written when the last head began; a body that quotes a head finds the figure unchanged. */
  #writtenBefore = 0;

  /** What is left of the piece; null when nothing is. */
  take(chunk: unknown, socket: { readonly bytesWritten: number }): unknown {
    if (!Buffer.isBuffer(chunk) || chunk[0] !== FIRST_BYTE || socket.bytesWritten === this.#writtenBefore) return chunk;
    const rest = withoutContinue(chunk);
    if (rest.length === 0) return null;
    this.#writtenBefore = socket.bytesWritten;
    return rest;
  }
}

/** The same for a socket that somebody else made, as a TLS one. */
export function passOverContinue<Socket extends Readable & { readonly bytesWritten: number }>(socket: Socket): Socket {
  const filter = new ContinueFilter();
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk: unknown = read(size);
      const kept = filter.take(chunk, socket);
      if (kept !== null || chunk === null) return kept;
    }
  };
  return socket;
}

function withoutContinue(chunk: Buffer): Buffer {
  let rest = chunk;
  while (rest.subarray(0, CONTINUE.length).equals(CONTINUE)) {
    const end = rest.indexOf(HEAD_END);
    if (end === -1) return rest;
    rest = rest.subarray(end + HEAD_END.length);
  }
  return rest;
}
