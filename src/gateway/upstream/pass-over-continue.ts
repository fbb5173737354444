import type { Readable } from 'node:stream';

const CONTINUE = Buffer.from('HTTP/1.1 100');
const HEAD_END = Buffer.from('\r\n\r\n');
/** `H`, with which the head of an answer begins. */
const FIRST_BYTE = 0x48;

/** The part of a socket that is needed here. */
export interface ReadSocket extends Readable {
  readonly bytesWritten: number;
}

/**
 * Takes unasked `100 Continue` answers out of what is read ahead of an answer. RFC 9110 15.2 wants a client to pass over them; undici ends the
 * connection instead. One byte is looked at in each piece: this stands in the path of every event.
 */
export function passOverContinue<Socket extends ReadSocket>(socket: Socket): Socket {
  const read = socket.read.bind(socket);
  /** What had been written when the last head began; a body that quotes a head finds the figure unchanged. */
  let writtenBefore = 0;
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!Buffer.isBuffer(chunk) || chunk[0] !== FIRST_BYTE || socket.bytesWritten === writtenBefore) return chunk;
    const rest = withoutContinue(chunk);
    if (rest.length === 0) return socket.read(size);
    writtenBefore = socket.bytesWritten;
    return rest;
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
