import type { ProviderId, VirtualKeyHash, VirtualKeyId } from '../domain/ids.ts';
import { type AddressMatcher, matchAddresses } from './address-matcher.ts';
import { matchModels } from './model-matcher.ts';
import { parseInstant } from './parse-instant.ts';
import type { VirtualKeyConfig } from './schema/gateway-config-schema.ts';
import { matcherOfList } from './matcher-of-list.ts';
import type { CompiledCaller, ModelMatcher } from './snapshot.ts';

/** Virtual keys by the hash of their secret, and of the one before while that is good. Keys with the same lists share one matcher, so that ten thousand stay cheap. */
export function compileCallers(
  configs: readonly VirtualKeyConfig[],
  hashSecret: (secret: string) => VirtualKeyHash,
): ReadonlyMap<VirtualKeyHash, CompiledCaller> {
  const modelMatchers = new Map<string, ModelMatcher | null>();
  const addressMatchers = new Map<string, AddressMatcher>();
  const callers = new Map<VirtualKeyHash, CompiledCaller>();
  for (const config of configs) {
    const caller: CompiledCaller = {
      id: config.id as VirtualKeyId,
      name: config.name ?? config.id,
      enabled: config.enabled ?? true,
      allowsModel: config.models === undefined ? null : matcherOfList(modelMatchers, config.models, matchModels),
      providers: config.providers === undefined ? null : new Set(config.providers as ProviderId[]),
      limits: config.limits === undefined || Object.keys(config.limits).length === 0 ? null : config.limits,
      expiresAtMs: config.expiresAt === undefined ? null : parseInstant(config.expiresAt),
      allowsAddress: config.allowFrom === undefined ? null : matcherOfList(addressMatchers, config.allowFrom, matchAddresses),
      share: config.share ?? 1,
    };
    callers.set(hashOf(config, hashSecret), caller);
    const { previousSecretHash, previousUntil } = config;
    if (previousSecretHash !== undefined && previousUntil !== undefined)
      callers.set(digestOf(previousSecretHash), { ...caller, expiresAtMs: earlier(caller.expiresAtMs, parseInstant(previousUntil)) });
  }
  return callers;
}

/** A date that cannot be read, which the check refuses, is long past. */
function earlier(expiresAtMs: number | null, untilMs: number | null): number {
  return Math.min(expiresAtMs ?? Number.POSITIVE_INFINITY, untilMs ?? 0);
}

function digestOf(secretHash: string): VirtualKeyHash {
  return secretHash.slice('sha256:'.length) as VirtualKeyHash;
}

function hashOf({ secret, secretHash }: VirtualKeyConfig, hashSecret: (secret: string) => VirtualKeyHash): VirtualKeyHash {
  return secret === undefined ? digestOf(secretHash ?? '') : hashSecret(secret);
}
