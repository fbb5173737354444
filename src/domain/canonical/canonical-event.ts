import type { Usage } from '../usage.ts';
import type { UrlCitation } from './canonical-part.ts';
import type { OpaqueState } from './opaque-state.ts';
import type { StopReason } from './canonical-response.ts';
import type { CanonicalError } from './canonical-error.ts';

/**
 * One step of a streamed answer between protocols. `choice` counts answers from 0, `call` counts the calls of one choice from 0 in the order
 * in which they began. Order: one `start`; then content; one `finish` a choice; `usage` anywhere, each one replacing the one before; one
 * `end` when the upstream ended in order. An `error` is the last event.
 */
export type CanonicalEvent =
  /** The answer begins. Empty strings and null: the upstream does not say. */
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly createdAt: number | null }
  /** Never empty. */
  | { readonly type: 'text'; readonly choice: number; readonly text: string }
  | { readonly type: 'refusal'; readonly choice: number; readonly text: string }
  | { readonly type: 'citation'; readonly choice: number; readonly citation: UrlCitation }
  /** Gemini's signature of the text before it. */
  | { readonly type: 'text-state'; readonly choice: number; readonly state: OpaqueState }
  | { readonly type: 'thinking'; readonly choice: number; readonly text: string }
  /** Ends the thought that is open, or is a whole thought without text. `text` of the state is absent: encoders that need it gather it. */
  | { readonly type: 'thinking-state'; readonly choice: number; readonly state: OpaqueState }
  /** A thought ended without a state. */
  | { readonly type: 'thinking-end'; readonly choice: number }
  | {
      readonly type: 'call-start';
      readonly choice: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly kind: 'function' | 'custom';
      readonly state?: OpaqueState;
    }
  /** A piece of the call's input, never empty. Pieces of several calls may alternate. */
  | { readonly type: 'call-input'; readonly choice: number; readonly call: number; readonly text: string }
  /** The call's input is complete. Every call gets one, before its choice finishes. */
  | { readonly type: 'call-end'; readonly choice: number; readonly call: number }
  /** Token probabilities of the text before it, in OpenAI chat's form (`{content:[…]}`). */
  | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: unknown }
  | { readonly type: 'finish'; readonly choice: number; readonly stop: StopReason; readonly stopSequence: string | null }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: CanonicalError }
  | { readonly type: 'end' };
