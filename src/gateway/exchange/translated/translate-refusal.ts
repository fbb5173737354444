import { isObject, parseJson } from '../../../lib/json-reading.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { HeldAnswer } from '../attempt-outcome.ts';

/** An upstream's error answer in the client's protocol. Bodies that are no JSON (pages of some proxy) become a plain sentence. */
export function translateRefusal(answer: HeldAnswer, via: WireProtocol, client: WireProtocol, requestId: string): HeldAnswer {
  const read = parseJson(answer.body);
  // Google wraps the error of a streamed call in a list.
  const told: unknown = Array.isArray(read) ? read[0] : read;
  const error = via.decodeError(answer.status, isObject(told) ? told : null);
  const status = error.kind === 'overloaded' ? client.overloadedStatus : answer.status;
  // A field is named in the upstream's words, which only its own family knows.
  const shown = via.family === client.family ? error : { ...error, param: undefined, openaiType: undefined };
  const { 'content-type': _type, ...headers } = answer.headers;
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'application/json',
      ...(error.retryAfterSeconds === undefined || headers['retry-after'] !== undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
    },
    body: Buffer.from(client.errorBody({ ...shown, status }, requestId)),
    encoding: null,
  };
}
