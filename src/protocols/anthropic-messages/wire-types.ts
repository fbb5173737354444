/**
 * What is written to an Anthropic upstream (`POST /v1/messages`, version 2023-06-01), and the words of the protocol that both directions
 * share. What is read is taken member by member from parsed JSON, because the wire promises nothing.
 */

/** Most blocks take a mark behind which the prompt is cached, four in a request. */
interface Markable {
  readonly cache_control?: { readonly type: 'ephemeral' };
}

export interface WireText extends Markable {
  readonly type: 'text';
  /** Never empty, never only whitespace. */
  text: string;
}

export interface WireImage extends Markable {
  readonly type: 'image';
  readonly source: WireSource;
}

/** PDF or plain text. */
export interface WireDocument extends Markable {
  readonly type: 'document';
  readonly source: WireSource | { readonly type: 'text'; readonly media_type: 'text/plain'; readonly data: string };
  readonly title?: string;
}

export type WireSource =
  | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string };

interface WireToolUse extends Markable {
  readonly type: 'tool_use';
  /** `^[a-zA-Z0-9_-]+$`. */
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

interface WireToolResult extends Markable {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly (WireText | WireImage | WireDocument)[];
  readonly is_error?: true;
}

/** `signature` proves the thought to the API; a thought that it did not sign is refused. */
interface WireThinking {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

interface WireRedactedThinking {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

export type WireBlock = WireText | WireImage | WireDocument | WireToolUse | WireToolResult | WireThinking | WireRedactedThinking;

export interface WireMessage {
  /** `system`: only models that take instructions inside the conversation. */
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string | readonly WireBlock[];
}

export interface WireTool extends Markable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: Readonly<Record<string, unknown>>;
  readonly strict?: true;
}

/** `none` takes no word on parallel calls. */
export interface WireToolChoice {
  readonly type: 'auto' | 'any' | 'tool' | 'none';
  readonly name?: string;
  readonly disable_parallel_tool_use?: true;
}

export interface WireThinkingConfig {
  readonly type: 'enabled' | 'adaptive' | 'disabled' | 'between_tools';
  /** Tokens, at least 1,024 and less than `max_tokens`; with `enabled` only. */
  readonly budget_tokens?: number;
  readonly display?: 'summarized' | 'omitted';
}

/** Least `budget_tokens` that the API takes. */
export const LEAST_THINKING_BUDGET = 1024;

/** The version under which everything here is written: later ones refuse sampling parameters on every model. */
export const WIRE_VERSION = '2023-06-01';
