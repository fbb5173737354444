import type { Lease } from '../key-pool/lease.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';

/** Remembers with which key the response or conversation was stored that this call made, if it made one. */
export function rememberHome(context: GatewayContext, exchange: Exchange, { target, key }: Lease): void {
  if (exchange.storedId === null) return;
  context.homes.remember(exchange.storedId, { provider: target.provider.id, key: key.id, caller: exchange.caller?.id ?? null });
}
