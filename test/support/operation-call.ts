import { UNKNOWN_MODEL_TRAITS } from '../../src/domain/model-traits.ts';
import type { OperationCall } from '../../src/gateway/exchange/translated/translated-operation.ts';

/** A client's call for `public` that is not streamed and stores nothing. */
export const OPERATION_CALL: OperationCall = {
  requestId: 'r',
  publicModel: 'public',
  stream: false,
  framing: 'sse',
  now: 1_800_000_000,
  items: { remember: () => undefined, find: () => null },
};

/** The target's side of it: `upstream`, a model of which nothing is known. */
export const UPSTREAM_AIM = { model: 'upstream', traits: UNKNOWN_MODEL_TRAITS };
