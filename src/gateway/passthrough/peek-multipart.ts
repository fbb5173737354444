import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { Span } from '../../lib/json-bytes.ts';
import { limitStream } from './limit-stream.ts';

/** How much of a form is looked at for its `model` field; a form that fits is held whole and can be sent again. */
const PEEK_BYTES = 256 * 1024;

export interface PeekedForm {
  readonly head: Buffer;
  /** The head is the whole form. */
  readonly isWhole: boolean;
  /** Head and rest as one stream; meant to be read only when the form is not whole. */
  readonly rest: Readable | null;
  readonly model: string | null;
  readonly modelSpan: Span | null;
}

export function isMultipart(type: string): boolean {
  return /^multipart\/form-data\b/i.test(type);
}

/** Looks at the beginning of a form without holding its files: the model's name decides where the form goes. */
export async function peekMultipart(request: IncomingMessage, type: string, mostBytes: number): Promise<PeekedForm> {
  const { head, isWhole } = await readHead(request);
  const modelSpan = findField(head, type, 'model');
  const model = modelSpan === null ? null : head.toString('utf8', modelSpan.start, modelSpan.end).trim();
  return { head, isWhole, rest: isWhole ? null : limitStream(request, mostBytes, head), model: model === '' ? null : model, modelSpan };
}

function readHead(request: IncomingMessage): Promise<{ head: Buffer; isWhole: boolean }> {
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

/** Where the value of a plain field stands; null when it is not within these bytes. */
function findField(bytes: Buffer, type: string, name: string): Span | null {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return null;
  const delimiter = Buffer.from(`\r\n--${mark}`);
  const header = new RegExp(`content-disposition: *form-data; *name="${name}"[^\\r\\n]*\\r\\n`, 'i');
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return null;
    const next = bytes.indexOf(delimiter, headEnd + 2);
    if (next === -1) return null;
    const head = bytes.toString('latin1', at, headEnd + 2);
    if (header.test(head) && !/filename=/i.test(head)) return { start: headEnd + 4, end: next };
    at = next + delimiter.length;
  }
  return null;
}
