import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../domain/gateway-error.ts';
import { requestTooLarge } from '../../domain/request-too-large.ts';

/** True when the request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = headers['content-length'];
  return length !== undefined && length !== '0';
}

/** Refuses a declared length over the limit before a byte is read (and before a 100-continue is sent). */
export function checkDeclaredLength(request: IncomingMessage, mostBytes: number): void {
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > mostBytes) throw requestTooLarge(mostBytes);
}

/** Hears of a body that is read. Exactly one of `onWhole` and `onFailure` is called, once, unless the reading is stopped. */
export interface BodyListener {
  /** A piece came, so that a deadline can move. */
  onProgress(): void;
  onWhole(body: Buffer): void;
  onFailure(error: GatewayError): void;
}

/** Reads the whole body. Fails with 413 as soon as more than `mostBytes` have come, and when the client breaks off. What it gives back stops it. */
export function readBody(request: IncomingMessage, mostBytes: number, listener: BodyListener): () => void {
  let first: Buffer | null = null;
  let more: Buffer[] | null = null;
  let length = 0;
  // The listeners stay: a request ends once, and taking four of them off costs more than a look at this.
  let isOver = false;
  request.on('data', (chunk: Buffer) => {
    if (isOver) return;
    length += chunk.length;
    listener.onProgress();
    if (length > mostBytes) {
      isOver = true;
      request.pause();
      listener.onFailure(requestTooLarge(mostBytes));
    } else if (first === null) first = chunk;
    else if (more === null) more = [first, chunk];
    else more.push(chunk);
  });
  request.on('end', () => {
    if (isOver) return;
    isOver = true;
    listener.onWhole(more === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, length));
  });
  const onBreak = (): void => {
    if (isOver) return;
    isOver = true;
    listener.onFailure(new GatewayError('invalid_request', 'the request body broke off'));
  };
  request.on('error', onBreak);
  request.on('close', onBreak);
  return () => {
    isOver = true;
    request.pause();
    first = null;
    more = null;
  };
}
