import type { UpstreamCall } from '../upstream/upstream-call.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';

/** After the last event the connection may end by itself, so that it can be used again. */
const AFTERMATH_MS = 2000;

/** The answer is complete; the connection gets a moment to end in order before it is closed. */
export function beginAftermath({ wheel, clock }: GatewayContext, exchange: Exchange, call: UpstreamCall): void {
  if (call.isOver) return;
  exchange.whenDue(() => call.abort('nothing follows the last event'));
  wheel.start(exchange.deadline, clock.monotonicMs() + AFTERMATH_MS);
}

/** The connection ended behind the last event: the exchange is not held any longer. */
export function endAftermath({ wheel }: GatewayContext, exchange: Exchange): void {
  wheel.stop(exchange.deadline);
  exchange.whenDue(null);
}
