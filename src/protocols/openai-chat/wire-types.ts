/**
 * OpenAI Chat Completions as we write it (API reference, `POST /v1/chat/completions`; types of openai-node 7). What clients and upstreams send
 * is read member by member instead, because neither keeps to the types.
 */

/** A mark behind which the prompt may be kept. */
export interface CacheBreakpoint {
  readonly mode: 'explicit';
}

interface Markable {
  readonly prompt_cache_breakpoint?: CacheBreakpoint;
}

export interface TextPartParam extends Markable {
  readonly type: 'text';
  readonly text: string;
}

export interface ImagePartParam extends Markable {
  readonly type: 'image_url';
  /** `url`: an address, or a data URL. */
  readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' | 'original' };
}

export interface AudioPartParam {
  readonly type: 'input_audio';
  /** `data`: bare base64. `format`: `wav` or `mp3`; compatible servers know more. */
  readonly input_audio: { readonly data: string; readonly format: string };
}

export interface FilePartParam extends Markable {
  readonly type: 'file';
  /** `file_data`: a data URL. */
  readonly file: { readonly filename: string; readonly file_data: string };
}

export type ContentPartParam = TextPartParam | ImagePartParam | AudioPartParam | FilePartParam;

export interface ToolCallParam {
  readonly id: string;
  readonly type: 'function' | 'custom';
  readonly function?: { readonly name: string; readonly arguments: string };
  readonly custom?: { readonly name: string; readonly input: string };
  /** Where Google's OpenAI layer keeps the thought signature of a call, and its clients send it back. */
  readonly extra_content?: { readonly google: { readonly thought_signature: string } };
}

export type MessageParam =
  | { readonly role: 'system' | 'developer'; readonly content: string | readonly TextPartParam[] }
  | { readonly role: 'user'; readonly content: string | readonly ContentPartParam[] }
  | AssistantMessageParam
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string | readonly TextPartParam[] };

export interface AssistantMessageParam {
  readonly role: 'assistant';
  readonly content: string | readonly TextPartParam[] | null;
  readonly refusal?: string;
  readonly tool_calls?: readonly ToolCallParam[];
  /** Thoughts, for the servers that want them back (DeepSeek, vLLM; OpenRouter, Groq). */
  readonly reasoning_content?: string;
  readonly reasoning?: string;
}

export type ToolParam =
  | {
      readonly type: 'function';
      readonly function: {
        readonly name: string;
        readonly description?: string;
        readonly parameters: Readonly<Record<string, unknown>>;
        readonly strict?: boolean;
      };
    }
  | { readonly type: 'custom'; readonly custom: { readonly name: string; readonly description?: string; readonly format?: unknown } };

export type ToolChoiceParam =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } }
  | { readonly type: 'custom'; readonly custom: { readonly name: string } };

export type ResponseFormatParam =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema: Readonly<Record<string, unknown>>;
        readonly strict?: boolean;
      };
    };

/** Reasoning state in OpenRouter's member of messages and deltas. `format` tells ours from everybody else's; `data` is a wrapped state. */
export interface ReasoningDetail {
  readonly type: 'reasoning.encrypted';
  readonly format: 'headgate-1';
  readonly data: string;
  readonly index: number;
}

export interface UrlCitationAnnotation {
  readonly type: 'url_citation';
  /** Places in the message's text; the end is exclusive. */
  readonly url_citation: { readonly url: string; readonly title: string; readonly start_index: number; readonly end_index: number };
}

/** `prompt_tokens` includes what was cached, `completion_tokens` includes reasoning. */
export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number; readonly audio_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number; readonly audio_tokens: number };
}
