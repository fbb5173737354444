import { costMicroUsd } from '../../domain/price.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { Lease } from '../key-pool/lease.ts';
import { reserveAnswerTokens } from '../metering/estimate-tokens.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';

/** Leaves evidence of an exchange before its first upstream call, with what it is settled at should the process die. */
export function openExchange(context: GatewayContext, exchange: Exchange, facts: RequestFacts, lease: Lease): void {
  exchange.isOpened = true;
  const { target } = lease;
  const reservedOutput = reserveAnswerTokens(facts.maxOutput, target.model?.maxOutputTokens);
  const reserved = { ...NO_USAGE, input: facts.estimatedInput, output: reservedOutput };
  context.journal.open({
    id: exchange.id,
    startedAt: exchange.startedAtMs,
    protocol: exchange.match.protocol,
    endpoint: exchange.match.endpoint,
    publicModel: facts.publicModel?.slice(0, 191) ?? null,
    provider: target.provider.id,
    upstreamModel: target.model?.upstreamModel ?? null,
    virtualKeyId: exchange.caller?.id ?? null,
    keyId: lease.key.id,
    stream: facts.stream,
    estimatedInput: facts.estimatedInput,
    reservedOutput,
    reservedCostMicroUsd: target.model?.price === undefined ? 0 : costMicroUsd(reserved, target.model.price),
  });
}
