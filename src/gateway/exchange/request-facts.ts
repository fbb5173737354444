import type { Readable } from 'node:stream';
import type { Span } from '../../lib/json-bytes.ts';
import type { JsonObject } from '../../lib/json-reading.ts';

/** What the gateway knows of a request without changing it. */
export interface RequestFacts {
  /** Null for calls that name no model. */
  readonly publicModel: string | null;
  readonly stream: boolean;
  /** The whole body, when it is held and can be sent again, else the beginning of one that passes. */
  readonly bytes: Buffer | null;
  /** Joins what the client still sends to the beginning, as it shall go out; can be called once. Null: `bytes` is all. */
  readonly passing: ((start: Buffer) => Readable) | null;
  /** Length of a passing body when the client announced it. */
  readonly passingLength: number | null;
  /** Parsed JSON body. */
  readonly body: JsonObject | null;
  /** Where the model's name stands in `bytes`. */
  readonly modelSpan: Span | null;
  /** How the name is written there. */
  readonly modelForm: 'json' | 'plain' | null;
  readonly streamOptionsSpan: Span | null;
  /** Where a member can be added in `bytes`. */
  readonly insertAt: number;
  readonly isEmptyObject: boolean;
  readonly estimatedInput: number;
  readonly maxOutput: number | null;
  readonly session: string | null;
}
