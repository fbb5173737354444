import type { MockToolCall } from '../mock-rule.ts';

/** What a vendor's answer is made of. */
export interface AnswerInput {
  /** Number of the request, for ids that differ. */
  readonly number: number;
  readonly model: string;
  readonly json: Readonly<Record<string, unknown>> | null;
  /** Path and query. */
  readonly url: string;
  /** The text, in the pieces that a stream sends; none when there is no text. */
  readonly words: readonly string[];
  /** The thoughts before the text, in pieces; null: none. No pieces: only their signature. */
  readonly thoughts: readonly string[] | null;
  readonly toolCalls: readonly MockToolCall[];
  /** Whole input and whole output; null: the answer reports none. */
  readonly usage: AnswerUsage | null;
}

export interface AnswerUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface VendorAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** One piece for a whole body, one an event for a stream. */
  readonly pieces: readonly (string | Buffer)[];
  /** Present for streams: place of the content event that a never-ending stream repeats. */
  readonly repeat?: number;
  /** What comments of this stream look like; absent where the format has none. */
  readonly comment?: string;
  /** The events with which this stream tells an error of the vendor, when `place` events were sent before it; absent where it has none. */
  readonly failure?: (error: object, place: number) => readonly string[];
}

/** Makes the answer of one vendor format to one request. */
export type AnswerMaker = (input: AnswerInput) => VendorAnswer;

/** A whole JSON body. */
export function jsonAnswer(body: object, headers: Readonly<Record<string, string>> = {}): VendorAnswer {
  return { headers: { 'content-type': 'application/json', ...headers }, pieces: [JSON.stringify(body)] };
}

/** A stream of server-sent events that are complete with their blank line. */
export function eventStream(pieces: readonly string[], repeat: number, headers: Readonly<Record<string, string>> = {}): VendorAnswer {
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers },
    pieces,
    repeat,
    comment: ': keep-alive\n\n',
  };
}
