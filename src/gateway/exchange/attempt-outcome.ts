import type { Failure } from '../../domain/failure.ts';
import type { HttpHeaders } from '../../lib/http-headers.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import type { GatewayError } from '../../domain/gateway-error.ts';

/** An upstream answer that is held whole. */
export interface HeldAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** As the client gets it: decoded, unless `encoding` says how it is packed. */
  readonly body: Buffer;
  readonly encoding: string | null;
}

/** What became of one attempt. */
export type AttemptOutcome =
  /** Held whole and good; nothing was sent yet. */
  | { readonly kind: 'answer'; readonly answer: HeldAnswer }
  /** Failed before anything was sent. `answer`: the upstream's own answer, should it have to be passed on. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly answer: HeldAnswer | null }
  /** Was streamed to the client. `last`: bytes that complete it, or the error with which it must end. */
  | {
      readonly kind: 'streamed';
      readonly failure: Failure | null;
      readonly last: Buffer | null;
      readonly error: GatewayError | null;
      readonly isInsideEvent: boolean;
    }
  | { readonly kind: 'gone' };

/** The status with which an error that stood in a 200 is told to the client. */
export function statusOfErrorEvent(event: JsonObject): number {
  const error = event['error'];
  const inner: JsonObject = typeof error === 'object' && error !== null && !Array.isArray(error) ? (error as JsonObject) : event;
  const code = inner['code'];
  if (typeof code === 'number' && code >= 400 && code <= 599) return code;
  switch (inner['type']) {
    case 'overloaded_error':
      return 529;
    case 'rate_limit_error':
      return 429;
    case 'invalid_request_error':
      return 400;
    case 'not_found_error':
      return 404;
    default:
      return 502;
  }
}
