import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { CallersItems } from './translated/translated-operation.ts';

/** The made items of an exchange's caller. */
export function callersItems({ items }: GatewayContext, exchange: Exchange): CallersItems {
  const caller = exchange.caller?.id ?? null;
  return { remember: (id, item) => items.remember(caller, id, item), find: (id) => items.find(caller, id) };
}
