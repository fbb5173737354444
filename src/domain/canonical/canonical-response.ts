import type { Usage } from '../usage.ts';
import type { CanonicalPart } from './canonical-part.ts';

/** A whole answer between protocols. */
export interface CanonicalResponse {
  /** The upstream's own id; empty when it gave none. Encoders make an id of their protocol's form from it. */
  readonly id: string;
  /** The model that answered, as the upstream calls it; empty when it does not say. */
  readonly model: string;
  /** Unix seconds; null: not said. */
  readonly createdAt: number | null;
  /** At least one. */
  readonly choices: readonly CanonicalChoice[];
  /** Null: the upstream told none. */
  readonly usage: Usage | null;
}

export interface CanonicalChoice {
  readonly index: number;
  /** Text, refusals, thoughts and calls, in the order in which they were made. May be empty. */
  readonly parts: readonly CanonicalPart[];
  readonly stop: StopReason;
  /** The stop string that ended the answer, where the protocol tells it. */
  readonly stopSequence: string | null;
  /** OpenAI chat `logprobs`, as it came; null: none. Gemini's are turned into this form. */
  readonly logprobs: unknown;
}

/**
 * Why an answer ended. Anthropic's `pause_turn` is `pause`, its `model_context_window_exceeded` is `length`. `blocked`: a filter of the
 * provider ended it. `refusal`: the model did.
 */
export type StopReason = 'end' | 'stop-sequence' | 'length' | 'tool-calls' | 'refusal' | 'blocked' | 'pause';
