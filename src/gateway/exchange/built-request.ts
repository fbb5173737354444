import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import type { UpstreamRequest } from '../upstream/upstream-call.ts';
import type { TranslatedOperation } from './translated/translated-operation.ts';

/** An upstream request, and how its answer is to be treated. */
export interface BuiltRequest {
  readonly upstream: UpstreamRequest;
  readonly treatment: AnswerTreatment;
}

/** What was done to a request that its answer must undo. */
export interface AnswerTreatment {
  /** What of the key's proof stands in it, so that no answer may show it; empty: nothing. */
  readonly sentSecret: string;
  /** The host streams in AWS's binary frames. */
  readonly isFramedByAws: boolean;
  /** The usage chunk was asked for by us. */
  readonly hideUsage: boolean;
  /** The name to restore in the answer; null when it went out as it came. */
  readonly restoreModel: string | null;
  /** The request went out in another protocol, and the answer must be brought back; null: it went out as it came. */
  readonly translated: Translated | null;
}

/** What brings an answer back to the client's protocol. */
export interface Translated {
  readonly via: WireProtocol;
  readonly client: WireProtocol;
  readonly operation: TranslatedOperation;
}
