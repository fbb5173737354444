import type { ProtocolName } from '../../../domain/protocol.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import { buildUpstreamHeaders } from '../../http/upstream-headers.ts';
import type { Lease } from '../../key-pool/lease.ts';
import type { BuiltRequest } from '../built-request.ts';
import type { Exchange } from '../exchange.ts';
import { finishRequest, type Proof } from '../finish-request.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { encodeTarget } from './encode-target.ts';
import type { ExchangeTranslation } from './exchange-translation.ts';

const NO_NAMES: ReadonlySet<string> = new Set();

/** Makes the upstream request of one attempt in a protocol that is not the client's. */
export function buildTranslatedRequest(
  context: GatewayContext,
  exchange: Exchange,
  lease: Lease,
  translation: ExchangeTranslation,
  via: ProtocolName,
  proof: Proof,
): BuiltRequest {
  const { provider } = lease.target;
  const wire = PROTOCOLS[via];
  const operation = translation.operation();
  const written = operation.write(wire, encodeTarget(lease.target, via));
  exchange.dropped = written.dropped;
  const address = provider.protocols.get(via);
  if (address === undefined) throw new Error(`provider ${provider.id} has no base URL for ${via}`);
  const headers = buildUpstreamHeaders(exchange.request, {
    constant: { ...provider.headers, ...written.headers },
    required: { ...wire.requiredHeaders, 'content-type': 'application/json' },
    forward: NO_NAMES,
    auth: proof.auth,
    secret: lease.key.secret,
    passes: 'nothing-of-the-protocol',
    acceptEncoding: 'identity',
  });
  const { path, query, body } = written;
  const draft = {
    protocol: via,
    base: via,
    address,
    method: 'POST',
    path,
    query,
    headers,
    body: Buffer.from(JSON.stringify(body)),
    stream: exchange.facts?.stream ?? false,
    passing: null,
  };
  const { upstream, sentSecret, isFramedByAws } = finishRequest(context, draft, lease, proof);
  return {
    upstream,
    treatment: { sentSecret, isFramedByAws, hideUsage: false, restoreModel: null, translated: { via: wire, client: translation.client, operation } },
  };
}
