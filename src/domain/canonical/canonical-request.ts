import type { ProtocolName } from '../protocol.ts';
import type { CanonicalPart, CacheMark } from './canonical-part.ts';
import type { FeatureNames } from './feature.ts';

/** A request for text between protocols. Null or empty means that the client did not say; a number 0 was said. */
export interface CanonicalRequest {
  /** Who wrote it, and how its fields are called there. */
  readonly source: ProtocolName;
  readonly featureNames: FeatureNames;

  /**
   * The conversation, normal: no turn is empty, no two turns of one role follow each other (system turns excepted, each of which keeps its
   * place), and the results of all calls of an assistant turn stand in the `tool` turn behind it, in the order of the calls.
   */
  readonly turns: readonly CanonicalTurn[];

  readonly tools: readonly CanonicalTool[];
  readonly toolChoice: ToolChoice | null;
  /** False: one call at a time. */
  readonly parallelToolCalls: boolean | null;

  /** Tokens. */
  readonly maxOutputTokens: number | null;
  /** 0..2, as OpenAI counts. */
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stop: readonly string[];
  readonly seed: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  /** By token id. */
  readonly logitBias: Readonly<Record<string, number>> | null;
  /** Alternatives a token whose probabilities are asked for; 0: only the chosen token's. Null: none asked. */
  readonly logprobs: number | null;
  /** Answers asked for. */
  readonly answers: number;
  readonly outputFormat: OutputFormat | null;
  readonly reasoning: CanonicalReasoning | null;
  readonly verbosity: 'low' | 'medium' | 'high' | null;
  /** An opaque id of the end user. */
  readonly userId: string | null;
  readonly serviceTier: ServiceTier | null;
  /** Requests with one key share a prompt cache. OpenAI `prompt_cache_key`. */
  readonly cacheKey: string | null;
  /** OpenAI `metadata`: at most 16 pairs. */
  readonly metadata: Readonly<Record<string, string>> | null;

  readonly stream: boolean;
  /** The client wants a usage chunk (openai-chat and openai-completions streams). */
  readonly asksUsage: boolean;

  /** Fields that no other protocol has, in the client's spelling. */
  readonly unmapped: readonly UnmappedField[];
}

/** `state`: means something that one provider keeps; no policy may ignore it. The other two are as in `FEATURES`. */
export interface UnmappedField {
  readonly field: string;
  readonly weight: 'state' | 'substance' | 'hint';
}

/** `system` turns hold text only; `user` turns no calls, results or thoughts; `assistant` turns no results; `tool` turns nothing else. */
export interface CanonicalTurn {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly CanonicalPart[];
}

export interface CanonicalTool extends CacheMark {
  /** `custom`: takes free text (OpenAI only); targets without it get a function with one string `input`. */
  readonly kind: 'function' | 'custom';
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of an object; null for custom tools. A tool that came without one has `{type:'object',properties:{}}`. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  /** The client's own word on strict arguments; null: none. */
  readonly strict: boolean | null;
  /** OpenAI `custom.format`, as it came. */
  readonly grammar: unknown;
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  /** Some tool must be called. */
  | { readonly type: 'required' }
  | { readonly type: 'named'; readonly name: string }
  /** Only these tools, of those listed. */
  | { readonly type: 'allowed'; readonly isRequired: boolean; readonly names: readonly string[] };

export type OutputFormat =
  | { readonly type: 'json-object' }
  | {
      readonly type: 'json-schema';
      /** JSON Schema; null: any object. */
      readonly schema: Readonly<Record<string, unknown>> | null;
      readonly name: string | null;
      readonly description: string | null;
      readonly strict: boolean | null;
    };

/** In rising order; OpenAI's words. */
export const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** How much the model may think, and what of it is shown. */
export interface CanonicalReasoning {
  /** False: not at all (OpenAI `none`, Anthropic `disabled`, Gemini budget 0). */
  readonly isOn: boolean;
  /** Null: the model decides. */
  readonly effort: Effort | null;
  /** Tokens; Anthropic `budget_tokens`, Gemini `thinkingBudget`. Null: not said. */
  readonly budgetTokens: number | null;
  /** `shown`: OpenAI `summary`, Anthropic `summarized`, Gemini `includeThoughts`. `hidden`: the client asks not to see it. Null: not said. */
  readonly display: 'shown' | 'hidden' | null;
}

/** What the client will pay for speed. Vendors' words differ, so none is copied. */
export type ServiceTier = 'auto' | 'default' | 'flex' | 'priority';
