/**
 * Everything that a log line may say besides its message. A line is built from these names and no others, so that no object which happens to hold
 * a secret is ever written whole. Texts are redacted and cut.
 */
export interface LogFields {
  /** Id of the exchange, as in `x-request-id`. */
  readonly exchangeId?: string;
  readonly protocol?: string;
  readonly method?: string;
  /** The route's path, never the raw one. */
  readonly endpoint?: string;
  readonly provider?: string;
  /** Id of the provider key. */
  readonly key?: string;
  /** Id of the virtual key. */
  readonly virtualKey?: string;
  readonly publicModel?: string;
  readonly upstreamModel?: string;
  readonly status?: number;
  readonly outcome?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly durationMs?: number;
  readonly firstByteMs?: number;
  readonly attempts?: number;
  readonly stream?: boolean;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costMicroUsd?: number;
  /** Name of a setting, its effective value (never of a secret one), and where it came from. */
  readonly setting?: string;
  readonly value?: string | number | boolean;
  readonly origin?: string;
  readonly file?: string;
  /** An address of the gateway's own. */
  readonly address?: string;
  readonly port?: number;
  readonly revision?: number;
  readonly version?: string;
  readonly signal?: string;
  readonly count?: number;
  readonly bytes?: number;
  /** Anything thrown, written with its chain of causes. */
  readonly error?: unknown;
}

const NAMES = {
  exchangeId: true,
  protocol: true,
  method: true,
  endpoint: true,
  provider: true,
  key: true,
  virtualKey: true,
  publicModel: true,
  upstreamModel: true,
  status: true,
  outcome: true,
  code: true,
  reason: true,
  durationMs: true,
  firstByteMs: true,
  attempts: true,
  stream: true,
  inputTokens: true,
  outputTokens: true,
  costMicroUsd: true,
  setting: true,
  value: true,
  origin: true,
  file: true,
  address: true,
  port: true,
  revision: true,
  version: true,
  signal: true,
  count: true,
  bytes: true,
} as const satisfies Record<Exclude<keyof LogFields, 'error'>, true>;

/** Names of the plain fields, in the order of a line. */
export const LOG_FIELD_NAMES = Object.keys(NAMES) as readonly (keyof typeof NAMES)[];
