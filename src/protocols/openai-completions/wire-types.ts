/** OpenAI's legacy completions as we write them (API reference, `POST /v1/completions`). What comes in is read member by member. */

/** A request to an upstream. */
export interface CompletionRequest {
  readonly model: string;
  readonly prompt: string;
  readonly max_tokens?: number;
  readonly stream?: true;
  readonly stream_options?: { readonly include_usage: true };
  /** At most 64 characters. */
  readonly user?: string;
}

/** `logprobs` is always null: translated requests ask for none. */
export interface CompletionChoice {
  readonly text: string;
  readonly index: number;
  readonly logprobs: null;
  readonly finish_reason: 'stop' | 'length' | 'content_filter' | null;
}

/** `prompt_tokens` includes what was cached, `completion_tokens` includes reasoning. */
export interface CompletionUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}
