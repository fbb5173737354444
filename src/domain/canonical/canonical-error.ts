import type { ErrorKind } from '../gateway-error.ts';

/** An error between protocols: the gateway's own (`GatewayError` is one) or an upstream's. */
export interface CanonicalError {
  /** HTTP status, 400..599. */
  readonly status: number;
  readonly kind: ErrorKind;
  /** OpenAI `code`, Anthropic `details.error_code`; empty: none. Kept between protocols of one family, else told where there is a place for it. */
  readonly code: string;
  readonly message: string;
  /** OpenAI's `error.type`, kept between the protocols of that family only. */
  readonly openaiType?: string | undefined;
  /** Whole seconds; absent: not told. */
  readonly retryAfterSeconds?: number | undefined;
  /** The field at fault, in the spelling of whoever told it. */
  readonly param?: string | undefined;
}
