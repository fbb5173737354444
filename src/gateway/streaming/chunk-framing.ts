import type { ServerResponse } from 'node:http';

/** Pieces up to this size are copied into one string with their frame; larger ones are written as they are. */
const MOST_COPIED_BYTES = 16 * 1024;
const LAST_CHUNK = '0\r\n\r\n';

/**
 * Takes the chunked framing of an answer over from node:http, which writes each chunk as four pieces. Framed here, a chunk is one string and
 * one plain write. True when the answer is framed so (HTTP/1.0 clients and answers with a length are not).
 */
export function takeFraming(response: ServerResponse): boolean {
  if (!response.chunkedEncoding) return false;
  response.chunkedEncoding = false;
  return true;
}

/** Writes one piece of the body; false when the client is slow. */
export function writePiece(response: ServerResponse, isFramed: boolean, bytes: Buffer | string): boolean {
  if (!isFramed) return response.write(bytes);
  if (bytes.length <= MOST_COPIED_BYTES) return response.write(frame(bytes), 'latin1');
  response.cork();
  response.write(`${Buffer.byteLength(bytes).toString(16)}\r\n`, 'latin1');
  response.write(bytes);
  const hasRoom = response.write('\r\n', 'latin1');
  response.uncork();
  return hasRoom;
}

/**
 * Writes one small piece straight to the connection, which spares the detour through the answer's own buffer. Only for answers that are framed
 * here and whose head has gone out; undefined when it must go the usual way.
 */
export function writeStraight(response: ServerResponse, bytes: Buffer | string): boolean | undefined {
  const { socket } = response;
  if (socket === null || bytes.length > MOST_COPIED_BYTES || response.writableLength > 0) return undefined;
  return socket.write(frame(bytes), 'latin1');
}

/** Writes the last piece and ends the answer in order. */
export function endPieces(response: ServerResponse, isFramed: boolean, last: Buffer | string | null): void {
  const isEmpty = last === null || last.length === 0;
  if (!isFramed) return void (isEmpty ? response.end() : response.end(last));
  if (isEmpty) return void response.end(LAST_CHUNK, 'latin1');
  if (last.length <= MOST_COPIED_BYTES) return void response.end(`${frame(last)}${LAST_CHUNK}`, 'latin1');
  writePiece(response, true, last);
  response.end(LAST_CHUNK, 'latin1');
}

/** Bytes as a latin1 string go out unchanged, and share the write with their frame. */
function frame(bytes: Buffer | string): string {
  const text = typeof bytes === 'string' ? Buffer.from(bytes).toString('latin1') : bytes.toString('latin1');
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
