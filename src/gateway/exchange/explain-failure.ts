import { GatewayError } from '../../domain/gateway-error.ts';
import type { Failure } from '../../domain/failure.ts';
import type { HeldAnswer } from './attempt-outcome.ts';
import type { LastFailure } from './run-attempts.ts';

/** What the client is told when nothing is left to try: the upstream's own last answer, or an error of ours. */
export type FinalWord = { readonly kind: 'pass-on'; readonly answer: HeldAnswer } | { readonly kind: 'error'; readonly error: GatewayError };

/** `soonestMs`: when the first rest ends; 0: nothing rests, nothing is usable. */
export function explainExhaustion(last: LastFailure | null, soonestMs: number, nowMs: number): FinalWord {
  if (last === null) return { kind: 'error', error: nothingAwake(soonestMs, nowMs) };
  const { failure, answer } = last;
  const own = ownError(failure);
  if (own !== null) return { kind: 'error', error: own };
  if (answer !== null) return { kind: 'pass-on', answer };
  return { kind: 'error', error: new GatewayError('upstream_malformed', `the upstream's answer could not be used: ${failure.reason}`) };
}

function nothingAwake(soonestMs: number, nowMs: number): GatewayError {
  if (soonestMs === 0)
    return new GatewayError('no_available_key', 'no provider key is usable for this model: none is configured, or all are disabled or suspended');
  const seconds = Math.max(1, Math.ceil((soonestMs - nowMs) / 1000));
  return new GatewayError('all_keys_resting', `every provider key for this model is resting; the first wakes in ${seconds} s`, {
    retryAfterSeconds: seconds,
  });
}

/** Failures whose upstream answer must not be shown: it speaks of our key, our network or our configuration. */
function ownError(failure: Failure): GatewayError | null {
  switch (failure.kind) {
    case 'auth-rejected':
      return new GatewayError('upstream_rejected_key', "the upstream rejected the gateway's key for this model");
    case 'out-of-quota':
      if (failure.status === 429) return null;
      return new GatewayError('no_available_key', "the quota of the gateway's key for this model is used up");
    case 'transport':
      if (failure.cause === 'first-byte-timeout') return new GatewayError('upstream_timeout', 'the upstream did not answer in time');
      if (failure.cause === 'connect-timeout') return new GatewayError('upstream_timeout', 'the upstream could not be reached in time');
      return new GatewayError('upstream_unreachable', `the upstream could not be reached: ${failure.reason}`);
    case 'malformed':
      return failure.cause === 'redirect'
        ? new GatewayError('upstream_redirect', 'the upstream answered with a redirect, which is not followed')
        : null;
    default:
      return null;
  }
}
