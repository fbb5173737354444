import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { Span } from '../../lib/json-bytes.ts';
import { requestTooLarge } from '../../domain/request-too-large.ts';
import { limitStream } from './limit-stream.ts';
import { peekBody } from './peek-body.ts';

export interface PeekedForm {
  readonly head: Buffer;
  /** The head is the whole form. */
  readonly isWhole: boolean;
  /** Joins the rest to the head, as it shall go out; to be called once, and only when the form is not whole. */
  readonly rest: ((head: Buffer) => Readable) | null;
  readonly model: string | null;
  readonly modelSpan: Span | null;
}

export function isMultipart(type: string): boolean {
  return /^multipart\/form-data\b/i.test(type);
}

/** Looks at the beginning of a form without holding its files: the model's name decides where the form goes. */
export async function peekMultipart(request: IncomingMessage, type: string, mostBytes: number): Promise<PeekedForm> {
  const { head, isWhole } = await peekBody(request);
  if (head.length > mostBytes) throw requestTooLarge(mostBytes);
  const [modelSpan = null, second] = findFields(head, type, 'model');
  // Which of two counts would be a guess, and the caller may not be allowed to use the other.
  if (second !== undefined) throw new GatewayError('invalid_request', 'the form has more than one field "model"', { param: 'model' });
  const model = modelSpan === null ? null : head.toString('utf8', modelSpan.start, modelSpan.end).trim();
  return { head, isWhole, rest: isWhole ? null : (start) => limitStream(request, mostBytes, start), model: model === '' ? null : model, modelSpan };
}

/** Where the values of a plain field stand, as far as they lie within these bytes. */
function findFields(bytes: Buffer, type: string, name: string): readonly Span[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const mark = boundary?.[1] ?? boundary?.[2];
  const found: Span[] = [];
  if (mark === undefined) return found;
  const delimiter = Buffer.from(`\r\n--${mark}`);
  const header = new RegExp(`content-disposition: *form-data; *name="${name}"[^\\r\\n]*\\r\\n`, 'i');
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return found;
    const next = bytes.indexOf(delimiter, headEnd + 2);
    if (next === -1) return found;
    const head = bytes.toString('latin1', at, headEnd + 2);
    if (header.test(head) && !/filename=/i.test(head)) found.push({ start: headEnd + 4, end: Math.max(headEnd + 4, next) });
    at = next + delimiter.length;
  }
  return found;
}
