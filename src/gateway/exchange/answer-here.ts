import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { settleExchange } from './settle-exchange.ts';

/** Answers a call that needs no upstream with this JSON. `more`: further headers as a flat list. */
export function answerHere(context: GatewayContext, exchange: Exchange, body: string, more: readonly string[] = []): void {
  const { request, response } = exchange;
  exchange.status = 200;
  settleExchange(context, exchange, () => {
    const length = String(Buffer.byteLength(body));
    response.writeHead(200, ['content-type', 'application/json; charset=utf-8', 'content-length', length, 'x-request-id', exchange.id, ...more]);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}
