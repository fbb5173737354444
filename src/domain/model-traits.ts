import type { Effort } from './canonical/canonical-request.ts';
import { USUAL_STOPS } from './canonical/taken-stops.ts';

/**
 * What one model of one vendor takes, where models that speak one protocol differ. Only translated requests are shaped by it: what passes
 * between equal protocols is the client's own affair.
 */
export interface ModelTraits {
  /** The most answer tokens; what protocols that demand a limit get when the client gave none. Null: unknown. */
  readonly maxOutputTokens: number | null;
  /** Field of openai-chat in which the limit is given. */
  readonly outputLimitField: 'max_tokens' | 'max_completion_tokens';
  /** `one`: temperature or topP, not both. `none`: the model refuses them. */
  readonly sampling: 'all' | 'one' | 'none';
  /** Sampling parameters are refused while the model thinks. */
  readonly samplingWhileThinking: boolean;
  /** How to ask it to think; null: it does not think, or cannot be told how much. */
  readonly thinking: ThinkingTraits | null;
  /** Most stop strings that it takes; 0: it refuses them. */
  readonly stops: number;
  /** Gemini takes frequency and presence penalties. */
  readonly penalties: boolean;
  /** openai-chat takes tools while the model thinks; if not, it is told not to think where there are tools. */
  readonly toolsWhileThinking: boolean;
  /** The model can be forced to call a tool. */
  readonly forcedTool: boolean;
  /** … while it thinks. */
  readonly forcedToolWhileThinking: boolean;
  /** The model follows a JSON schema by itself. */
  readonly jsonSchema: boolean;
  /** An answer in JSON may be demanded of a model that has tools. */
  readonly jsonWithTools: boolean;
  /** The conversation may end with the assistant, who goes on from there. */
  readonly prefill: boolean;
  /** System messages may stand in the middle of the conversation. */
  readonly midSystem: boolean;
  /** Role of instructions in openai-chat. */
  readonly systemRole: 'system' | 'developer';
  /** Member of an openai-chat message that carries the model's thoughts back to it; null: thoughts are not sent back. */
  readonly reasoningHistory: 'reasoning_content' | 'reasoning' | null;
  /** Whose state an openai-chat call carries back to it, in `extra_content`; null: none. */
  readonly toolCallState: 'gemini' | null;
  /** openai-chat parts may carry `prompt_cache_breakpoint`; absent: they may not, and many compatible servers refuse the member. */
  readonly cacheMarks?: boolean;
  /** openai-chat images may be addresses. */
  readonly imageUrls: boolean;
  /** What the operator says that the model cannot do. */
  readonly lacks: ReadonlySet<'tools' | 'images' | 'jsonSchema' | 'thinking'>;
}

export interface ThinkingTraits {
  /** Levels on offer, in rising order; empty: it takes no level. */
  readonly efforts: readonly Effort[];
  /** It takes a budget in tokens (Anthropic `enabled`, Gemini 2.5). */
  readonly takesBudget: boolean;
  /** Most tokens of a budget, where it is not what the protocol's models usually take. */
  readonly mostBudget?: number;
  /** Anthropic `adaptive`: the model decides how much, an effort guides it. */
  readonly isAdaptive: boolean;
  /** How it is told not to think; `unasked`: it does not unless it is asked to, so nothing is said; null: it always thinks. */
  readonly off: 'none' | 'disabled' | 'between_tools' | 'zero-budget' | 'unasked' | null;
  /** The highest effort at which `off` is accepted (Anthropic Opus 5: `high`); null: at any. */
  readonly offUpTo: Effort | null;
}

/** A model of which nothing is known: everything is tried. */
export const UNKNOWN_MODEL_TRAITS: ModelTraits = {
  maxOutputTokens: null,
  outputLimitField: 'max_tokens',
  sampling: 'all',
  samplingWhileThinking: true,
  thinking: { efforts: ['low', 'medium', 'high'], takesBudget: true, isAdaptive: false, off: 'unasked', offUpTo: null },
  stops: USUAL_STOPS,
  penalties: true,
  toolsWhileThinking: true,
  forcedTool: true,
  forcedToolWhileThinking: true,
  jsonSchema: true,
  jsonWithTools: true,
  prefill: true,
  midSystem: false,
  systemRole: 'system',
  reasoningHistory: null,
  toolCallState: null,
  imageUrls: true,
  lacks: new Set(),
};
