import type { MockScript } from './mock-rule.ts';

/** A request as the mock upstream received it. */
export interface RecordedRequest {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly method: string;
  /** Path and query exactly as received. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  /** The credential seen, without scheme word; null when there was none. */
  readonly key: string | null;
  /** Which connection it came on, from 1. */
  readonly connection: number;
  /** When its headers came: ms of the machine's monotonic clock, comparable between processes of one machine. */
  readonly at: number;
  model: string | null;
  bodyBytes: number;
  /** Lower-case hex; empty until the body is complete. */
  bodySha256: string;
  /** The body as text when it is no larger than 64 KiB, else null. */
  text: string | null;
  bodyAt: number | null;
  /** Status sent, 0 when none was. */
  status: number;
  /** Why a strict rule refused it; null when it did not. */
  refusal: string | null;
  /** `retry-after` of the answer, as sent. */
  retryAfter: string | null;
  /** When the answer was complete. */
  finishedAt: number | null;
  /** When the other side left before the answer was complete. */
  abortedAt: number | null;
}

export interface MockUpstream {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** All requests since the start or the last reset; at most `maxRecorded` are kept, the latest. */
  readonly requests: readonly RecordedRequest[];
  /** Includes those that are no longer kept, and those of the fast path. */
  readonly requestCount: number;
  readonly connections: { readonly open: number; readonly total: number };
  /** When the other side left early: ms of the machine's monotonic clock. */
  readonly abortedAt: readonly number[];
  /** Replaces rules and quotas; counters of both start anew. */
  script(script: MockScript): void;
  /** Forgets the script and everything recorded. */
  reset(): void;
  /** Ends at once, open answers included. */
  close(): Promise<void>;
}

export interface MockUpstreamOptions {
  /** A free one when absent or 0. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  readonly script?: MockScript;
  /** 10,000 when absent. */
  readonly maxRecorded?: number;
  /** Answers chat completions from static bytes and records nothing: for load. */
  readonly fast?: boolean | FastOptions;
  /** Epoch ms, for quotas. */
  readonly now?: () => number;
}

/** Shape of the fast path's streams. */
export interface FastOptions {
  /** 101 when absent. */
  readonly events?: number;
  /** 20 when absent. */
  readonly intervalMs?: number;
}
