import type { Readable } from 'node:stream';
import type { Span } from '../../lib/json-bytes.ts';

/** What the gateway knows of a request without changing it. */
export interface RequestFacts {
  /** Null for calls that name no model. */
  readonly publicModel: string | null;
  readonly stream: boolean;
  /**
   * The whole body, when it is held and can be sent again, else the beginning of one that passes. Let go once the answer has begun: a long
   * stream must not hold a long prompt.
   */
  bytes: Buffer | null;
  /** Joins what the client still sends to the beginning, as it shall go out; can be called once. Null: `bytes` is all. */
  readonly passing: ((start: Buffer) => Readable) | null;
  /** Length of a passing body when the client announced it. */
  readonly passingLength: number | null;
  /** Where the model's name stands in `bytes`. */
  readonly modelSpan: Span | null;
  /** How the name is written there. */
  readonly modelForm: 'json' | 'plain' | null;
  readonly streamOptionsSpan: Span | null;
  /** The client asked for the usage chunk of an openai-chat stream. */
  readonly asksUsage: boolean;
  /** `stream_options` stands there and is empty. */
  readonly hasEmptyStreamOptions: boolean;
  /** Where a member can be added in `bytes`. */
  readonly insertAt: number;
  readonly isEmptyObject: boolean;
  readonly estimatedInput: number;
  readonly maxOutput: number | null;
  readonly session: string | null;
  /** Id of the stored response or conversation that the call is about or goes on from. */
  readonly storedId: string | null;
}
