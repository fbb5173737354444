import { isObject, parseJson, type JsonObject } from '../../../lib/json-reading.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import { statusOfErrorEvent, type HeldAnswer } from '../attempt-outcome.ts';

/** An upstream's error answer in the client's protocol. Bodies that are no JSON (pages of some proxy) become a plain sentence. */
export function translateRefusal(answer: HeldAnswer, via: WireProtocol, client: WireProtocol, requestId: string): HeldAnswer {
  const read = parseJson(answer.body);
  // Google wraps the error of a streamed call in a list.
  const first: unknown = Array.isArray(read) ? read[0] : read;
  const body = isObject(first) ? first : null;
  const told = statusOf(answer, body, via);
  const error = via.decodeError(told, body);
  const status = error.kind === 'overloaded' ? client.overloadedStatus : told;
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

/** The answer's own status; that of an error which stood in a 200 is what the error says of itself. */
function statusOf({ status }: HeldAnswer, body: JsonObject | null, via: WireProtocol): number {
  if (status >= 400) return status;
  if (body === null) return 502;
  const own = via.decodeError(status, body).status;
  return own >= 400 ? own : statusOfErrorEvent(body);
}
