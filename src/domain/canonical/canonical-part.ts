import type { OpaqueState } from './opaque-state.ts';

/**
 * One piece of a turn or of an answer, between protocols. A decoder makes it from its own wire form, an encoder writes it in another;
 * neither knows the other. Strings are never empty unless a field says so.
 */
export type CanonicalPart = TextPart | RefusalPart | ImagePart | DocumentPart | AudioPart | ThinkingPart | ToolCallPart | ToolResultPart;

/** A mark behind which the provider may keep the prompt: Anthropic `cache_control`, OpenAI `prompt_cache_breakpoint`. Its lifetime is the target's default. */
export interface CacheMark {
  /** The part carries the mark. Absent: it does not. */
  readonly cacheMark?: true;
}

/** Text. OpenAI `text`, `input_text`, `output_text`; Anthropic `text`; Gemini `text` without `thought`. */
export interface TextPart extends CacheMark {
  readonly type: 'text';
  readonly text: string;
  /** Where the text comes from; answers only. OpenAI `annotations`, Anthropic `citations` with a URL, Gemini `groundingMetadata`. */
  readonly citations?: readonly UrlCitation[];
  /** Gemini puts a thought signature on a text part too. */
  readonly state?: OpaqueState;
}

/** A source of an answer's text. `start` and `end` are places in that text, in UTF-16 units; null when the protocol does not tell. */
export interface UrlCitation {
  readonly url: string;
  readonly title: string | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** Words with which a model refuses. OpenAI `refusal`; the others have no such part, and take it as text. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** Bytes that a model reads: inside the request, at an address, or kept by one provider, which alone can find them. */
export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string; readonly mediaType: string | null }
  | { readonly type: 'file-id'; readonly id: string };

export interface ImagePart extends CacheMark {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI `detail`; null: not said. */
  readonly detail: 'auto' | 'low' | 'high' | 'original' | null;
}

/** A file that is neither an image nor sound: PDF, plain text, video. OpenAI `file`, `input_file`; Anthropic `document`; Gemini `inlineData`, `fileData`. */
export interface DocumentPart extends CacheMark {
  readonly type: 'document';
  readonly source: MediaSource | { readonly type: 'text'; readonly text: string };
  /** OpenAI `filename`, Anthropic `title`. */
  readonly name: string | null;
}

/** Sound. OpenAI `input_audio`; Gemini `inlineData` of an `audio/*` type. */
export interface AudioPart {
  readonly type: 'audio';
  readonly source: MediaSource;
}

/**
 * What a model thought. `text` may be empty (redacted, or withheld). `state` proves the thought to the provider that made it: Anthropic
 * `signature` and redacted `data`, OpenAI `encrypted_content`; null where the provider gives none (`reasoning_content`).
 */
export interface ThinkingPart {
  readonly type: 'thinking';
  readonly text: string;
  readonly state: OpaqueState | null;
}

/** A call of one of the client's tools. */
export interface ToolCallPart extends CacheMark {
  readonly type: 'tool-call';
  /** Pairs the call with its result. OpenAI `id` and `call_id`, Anthropic `id`, Gemini `id` or an invented one. */
  readonly id: string;
  readonly name: string;
  /** `function`: `input` is the text of a JSON object, `{}` when there are no arguments. `custom`: `input` is free text. */
  readonly kind: 'function' | 'custom';
  readonly input: string;
  /** Gemini's thought signature of this call. */
  readonly state?: OpaqueState;
}

/** What a tool answered. Stands in a turn of role `tool`. */
export interface ToolResultPart extends CacheMark {
  readonly type: 'tool-result';
  readonly callId: string;
  /** Name of the tool that was called; Gemini needs it. */
  readonly name: string;
  /** May be empty. */
  readonly content: readonly (TextPart | ImagePart | DocumentPart)[];
  /** Anthropic `is_error`, Gemini `response.error`. */
  readonly isError: boolean;
  /** Of which kind the call was. */
  readonly kind: 'function' | 'custom';
}
