import type { CompiledCaller, GatewaySnapshot } from '../../config/snapshot.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { VirtualKeyHash } from '../../domain/ids.ts';

/** The identity behind a request; null: anonymous, which the operator allowed in words. */
export type Caller = CompiledCaller | null;

export interface AuthenticationRequest {
  readonly credential: string | null;
  readonly address: string;
  readonly nowMs: number;
}

const MISSING = 'no API key was sent: use "Authorization: Bearer <virtual key>", x-api-key or x-goog-api-key';

/**
 * Who is calling. The secret is looked up by its hash, so that neither the look-up nor its time tells anything about other keys.
 * A known but disabled or expired key is refused even where anonymous callers are allowed.
 */
export function authenticate(snapshot: GatewaySnapshot, request: AuthenticationRequest, hashSecret: (secret: string) => VirtualKeyHash): Caller {
  const { credential } = request;
  const caller = credential === null || credential === '' ? undefined : snapshot.callers.get(hashSecret(credential));
  if (caller === undefined) {
    if (snapshot.settings.allowAnonymous) return null;
    if (credential === null) throw new GatewayError('missing_api_key', MISSING);
    throw new GatewayError('invalid_api_key', 'the API key is not known here');
  }
  if (!caller.enabled) throw new GatewayError('key_disabled', 'this API key is disabled');
  if (caller.expiresAtMs !== null && caller.expiresAtMs <= request.nowMs) throw new GatewayError('key_expired', 'this API key has expired');
  if (caller.allowsAddress !== null && !caller.allowsAddress(request.address)) {
    throw new GatewayError('address_not_allowed', 'this API key may not be used from this address');
  }
  return caller;
}
