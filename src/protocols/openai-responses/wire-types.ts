/**
 * Wire form of OpenAI Responses as the gateway writes it (OpenAPI specification 2.3.0, types of openai@7.55). What comes from outside is read
 * member by member from plain JSON, because neither clients nor compatible servers keep to these types.
 */

/** A mark behind which the provider keeps the prompt. Its lifetime is left to the provider. */
interface WireCacheMark {
  readonly prompt_cache_breakpoint?: { readonly mode: 'explicit' };
}

export interface WireInputText extends WireCacheMark {
  readonly type: 'input_text';
  readonly text: string;
}

export interface WireInputImage extends WireCacheMark {
  readonly type: 'input_image';
  /** An address or a data URL; never an object as in openai-chat. */
  readonly image_url: string;
  readonly detail: 'auto' | 'low' | 'high' | 'original';
}

export interface WireInputFile extends WireCacheMark {
  readonly type: 'input_file';
  readonly filename?: string;
  /** A data URL. */
  readonly file_data?: string;
  readonly file_url?: string;
}

export type WireInputPart = WireInputText | WireInputImage | WireInputFile;

/** Assistant history: `input_text` here is a 400. */
export type WireOutputPart = { readonly type: 'output_text'; readonly text: string } | { readonly type: 'refusal'; readonly refusal: string };

/** Items of `input`. Items that a provider keeps are never referred to, so none but reasoning has an id. */
export type WireInputItem =
  | { readonly role: 'user' | 'system' | 'developer'; readonly content: readonly WireInputPart[] }
  | { readonly role: 'assistant'; readonly content: readonly WireOutputPart[] }
  | {
      readonly type: 'reasoning';
      readonly id?: string;
      readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
      readonly encrypted_content: string;
    }
  | { readonly type: 'function_call'; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'custom_tool_call'; readonly call_id: string; readonly name: string; readonly input: string }
  | {
      readonly type: 'function_call_output' | 'custom_tool_call_output';
      readonly call_id: string;
      readonly output: string | readonly WireInputPart[];
    };

/** Flat, unlike openai-chat. An absent `strict` would mean true and change the schema. */
export type WireTool =
  | {
      readonly type: 'function';
      readonly name: string;
      readonly description?: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly strict: boolean;
    }
  | { readonly type: 'custom'; readonly name: string; readonly description?: string; readonly format?: unknown };

export type WireToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'function' | 'custom'; readonly name: string }
  | {
      readonly type: 'allowed_tools';
      readonly mode: 'auto' | 'required';
      readonly tools: readonly { readonly type: string; readonly name: string }[];
    };

export type WireTextFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly description?: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict: boolean;
    };

/** `none` switches thinking off. */
export interface WireReasoning {
  readonly effort?: string;
  readonly summary?: 'auto';
}

/** `item.status` and `response.status`, as far as the gateway writes them. */
export type WireItemStatus = 'in_progress' | 'completed' | 'incomplete';
