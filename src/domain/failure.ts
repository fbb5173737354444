/**
 * Why an attempt failed. Decided once, by `gateway/upstream/classify-failure.ts`, and never guessed again from a status code.
 *
 * | kind | who rests |
 * |---|---|
 * | rate-limited | key × model, or the key when the answer says account-wide |
 * | out-of-quota | key |
 * | auth-rejected | key (key × model for a 403 about a model) |
 * | overloaded, malformed | provider × model |
 * | upstream-error | key × model; provider × model once two keys show it |
 * | transport | provider |
 * | model-missing | key × model |
 * | client-fault, client-gone | nobody |
 */
export type FailureKind =
  | 'rate-limited'
  | 'out-of-quota'
  | 'auth-rejected'
  | 'overloaded'
  | 'upstream-error'
  | 'transport'
  | 'malformed'
  | 'model-missing'
  | 'client-fault'
  | 'client-gone';

/** What the failure is about: the narrowest thing that has to rest. */
export type FailureScope = 'key' | 'key-model' | 'provider' | 'provider-model' | 'none';

/** How a transport failure came about; decides whether a repetition is free, ambiguous or forbidden. */
export type TransportCause =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'connect-timeout'
  | 'first-byte-timeout'
  | 'reset'
  | 'blocked-address'
  | 'redirect'
  | 'other';

export interface Failure {
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  /** HTTP status of the upstream answer, or 0 when none came. */
  readonly status: number;
  /** A short sentence for records and the console. Never contains a secret nor upstream body text. */
  readonly reason: string;
  /** Present for `transport`. */
  readonly cause?: TransportCause;
  /** The end of the rest as the upstream named it (epoch ms, capped at 1 h ahead); absent when it named none. */
  readonly retryAtMs?: number;
  /** The upstream may have acted on the request although no answer came. */
  readonly ambiguous?: boolean;
}
