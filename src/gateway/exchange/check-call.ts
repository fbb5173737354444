import { GatewayError } from '../../domain/gateway-error.ts';
import type { ProviderId } from '../../domain/ids.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';

const MOST_HEADERS = 200;
const OFFERED = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Refuses what can be refused from the request line and the headers alone. */
export function checkCall(context: GatewayContext, exchange: Exchange): void {
  const { request, match } = exchange;
  const overload = context.overload();
  if (overload !== null) throw new GatewayError('overloaded', overload, { retryAfterSeconds: 1 });
  if (request.rawHeaders.length > MOST_HEADERS * 2)
    throw new GatewayError('headers_too_large', `the request has more than ${MOST_HEADERS} header fields`);
  const method = request.method ?? '';
  const allowed = match.methods ?? OFFERED;
  if (!allowed.includes(method)) throw methodNotAllowed(method, allowed);
}

/** The methods that the operator allows for a provider under /proxy. Called after authentication: before it, every slug looks the same. */
export function checkProxyMethod(exchange: Exchange): void {
  const { match, request, snapshot } = exchange;
  if (match.protocol !== 'rest' || match.provider === null) return;
  const provider = snapshot.providersById.get(match.provider as ProviderId);
  if (provider === undefined || provider.rest === null)
    throw new GatewayError('provider_not_found', `there is no REST provider "${match.provider}" here`);
  if (!provider.enabled) throw new GatewayError('provider_not_found', `the REST provider "${match.provider}" is disabled`);
  const method = request.method ?? '';
  if (!provider.rest.methods.includes(method)) throw methodNotAllowed(method, provider.rest.methods);
}

function methodNotAllowed(method: string, allowed: readonly string[]): GatewayError {
  return new GatewayError('method_not_allowed', `${method} is not allowed here; allowed: ${allowed.join(', ')}`, { allow: allowed.join(', ') });
}
