import type { Readable, Writable } from 'node:stream';

const CONTINUE = Buffer.from('HTTP/1.1 100');
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Takes unasked `100 Continue` answers out of what is read ahead of an answer. RFC 9110 15.2 wants a client to pass over them; undici ends the
 * connection instead.
 */
export function passOverContinue<Socket extends Readable & Writable>(socket: Socket): Socket {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  let isAhead = true;
  socket.write = (...given: unknown[]): boolean => {
    isAhead = true;
    return write(...given);
  };
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk: unknown = read(size);
      if (!isAhead || !Buffer.isBuffer(chunk)) return chunk;
      const rest = withoutContinue(chunk);
      if (rest.length > 0) {
        isAhead = false;
        return rest;
      }
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
