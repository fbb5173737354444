import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../domain/gateway-error.ts';

/** A body that is no larger is held whole, so that it can be sent again. */
const PEEK_BYTES = 256 * 1024;

export interface PeekedBody {
  readonly head: Buffer;
  /** The head is the whole body. */
  readonly isWhole: boolean;
}

/** Reads the beginning of a body and leaves the rest in the request. */
export function peekBody(request: IncomingMessage): Promise<PeekedBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (isWhole: boolean): void => {
      request.pause();
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onClose);
      resolve({ head: Buffer.concat(chunks, length), isWhole });
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= PEEK_BYTES) finish(false);
    };
    const onEnd = (): void => finish(true);
    const onClose = (): void => reject(new GatewayError('invalid_request', 'the request body broke off'));
    request.on('data', onData);
    request.once('end', onEnd);
    request.once('close', onClose);
  });
}
