/** Which requests a rule is for. Everything that is present must hold; an empty match is every request. */
export interface MockMatch {
  /** The credential as seen, without its scheme word; `null` matches requests that carry none. */
  readonly key?: string | null;
  /** `model` of the body, or of the path for Gemini. */
  readonly model?: string;
  /** Tested against path and query. A string is the source of a regular expression. */
  readonly path?: string | RegExp;
  /** In upper case. */
  readonly method?: string;
  /** Only these of the requests that match the rest, counted from 1. */
  readonly nth?: number | readonly number[];
}

/** Token counts that an answer reports, whole input and whole output. */
export interface MockUsage {
  readonly input: number;
  readonly cacheRead?: number;
  readonly output: number;
  readonly reasoning?: number;
}

/** A call of one of the request's tools. */
export interface MockToolCall {
  readonly name: string;
  readonly arguments: object;
}

/** A failure that a stream tells in the vendor's own event. */
export interface MockStreamError {
  /** Chooses the error's type as it does for whole answers. */
  readonly status: number;
  /** The vendor's usual sentence when absent. */
  readonly message?: string;
  /** Content events before it; 1 when absent. */
  readonly afterEvents?: number;
}

/** What the mock upstream does with a request. Without any field it answers as the vendor would. */
export interface MockBehaviour {
  /** 200 when absent. A status from 400 on without `body` answers with the vendor's error envelope. */
  readonly status?: number;
  /** Added to the answer's own; they win. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Adds `retry-after` in seconds. */
  readonly retryAfterSeconds?: number;
  /** Adds `retry-after` as an HTTP date so many seconds ahead. */
  readonly retryAfterDateSeconds?: number;
  /** Whole body instead of the vendor's; objects are sent as JSON. */
  readonly body?: string | object;
  /** Text of the answer; words of it become the events of a stream. */
  readonly text?: string;
  /** Calls of tools behind the text, which is empty then unless `text` says otherwise. */
  readonly toolCalls?: readonly MockToolCall[];
  /** Thoughts before the text, with the vendor's signature; empty: a signature alone. */
  readonly thinking?: string;
  /** A stream ends with an error instead of its end. */
  readonly streamError?: MockStreamError;
  /** Refuses with 400 what the vendor would refuse. */
  readonly strict?: boolean;
  readonly usage?: MockUsage;
  /** Leaves the usage out, as some servers do. */
  readonly omitUsage?: boolean;
  /** Nothing is sent for so long. */
  readonly delayMs?: number;
  /** Headers at once, the first body byte so much later. */
  readonly firstByteDelayMs?: number;
  /** How many content events a stream has. */
  readonly chunks?: number;
  /** Pause between two events or pieces. */
  readonly intervalMs?: number;
  /** The connection is destroyed after so many body bytes (after encoding). 0: after the headers. */
  readonly cutAfterBytes?: number;
  /** How it is destroyed; `rst` when absent. */
  readonly cutWith?: 'rst' | 'fin';
  /** Reads the request and never answers. */
  readonly hang?: boolean;
  /** Resets the connection without any answer: once the body has come, with `early` when the headers have. */
  readonly refuse?: boolean;
  readonly contentEncoding?: 'gzip' | 'br' | 'zstd' | 'deflate';
  /** Body in writes of so many bytes. */
  readonly trickle?: { readonly bytes: number; readonly intervalMs: number };
  /** Exact body bytes, `text/event-stream` unless `headers` say otherwise. */
  readonly raw?: string | readonly string[];
  /** The same as base64, for bytes that are no UTF-8. */
  readonly rawBase64?: string;
  /** Sizes in which `raw` is written, used in turn. */
  readonly writeSizes?: readonly number[];
  /** Exact bytes written to the socket in place of an HTTP answer; the connection is closed after them. */
  readonly rawHttp?: string;
  /** Answers with a redirect to this address (307 unless `status` says otherwise). */
  readonly redirect?: string;
  /** Answers when the headers have come, while the body still uploads. Cannot match by model. */
  readonly early?: boolean;
  /** Informational answers before the real one: 100, 102 or 103. */
  readonly informational?: readonly number[];
  /** A stream that repeats its content event until the connection closes. */
  readonly endless?: boolean;
  /** So many comment lines before the first event of a stream. */
  readonly comments?: number;
  /** A stream of nothing but comments until the connection closes. */
  readonly commentsOnly?: boolean;
}

export interface MockRule extends MockBehaviour {
  readonly match?: MockMatch;
  /** Used up after so many requests; the next rule that matches takes over. */
  readonly times?: number;
}

/** What a key may do before it is answered with 429. */
export interface MockQuota {
  readonly requestsPerMinute: number;
  /** Length of the fixed window when a minute is too long. */
  readonly windowSeconds?: number;
}

export interface MockScript {
  /** As in rules, for those that do not say and for requests without a rule. */
  readonly strict?: boolean;
  /** The first rule that matches is played. */
  readonly rules?: readonly MockRule[];
  /** By credential; `*` is for each key that is not named. */
  readonly quotas?: Readonly<Record<string, MockQuota>>;
}
