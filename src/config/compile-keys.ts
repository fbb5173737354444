import type { ProviderKeyId } from '../domain/ids.ts';
import { matchModels } from './model-matcher.ts';
import { normaliseSecret } from './normalise-secret.ts';
import type { ProviderKeyConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';
import { matcherOfList } from './matcher-of-list.ts';
import type { CompiledKey, ModelMatcher } from './snapshot.ts';

/** Digits of the secret's hash in an id; more only where two keys would share one. */
const ID_DIGITS = [8, 16, 64];

/** The key pool of a provider. Empty secrets are left out; a service that needs no key has one with an empty secret instead of none. */
export function compileKeys(configs: readonly ProviderKeyConfig[], worksWithoutKey: boolean): readonly CompiledKey[] {
  const keys = configs
    .map((config) => (typeof config === 'string' ? { secret: config } : config))
    .map((config) => ({ ...config, secret: normaliseSecret(config.secret) }))
    .filter(({ secret }) => secret !== '');
  const pool = keys.length === 0 && worksWithoutKey ? [{ id: 'no-key', secret: '' }] : keys;
  const taken = new Set(pool.flatMap(({ id }) => id ?? []));
  const matchers = new Map<string, ModelMatcher | null>();
  return pool.map((key, index) => {
    const id = key.id ?? idFrom(key.secret, taken);
    taken.add(id);
    return compileKey(key, id, index, matchers);
  });
}

function idFrom(secret: string, taken: ReadonlySet<string>): string {
  const digest = secretDigest(secret);
  const ids = ID_DIGITS.map((digits) => `k-${digest.slice(0, digits)}`);
  return ids.find((id) => !taken.has(id)) ?? `k-${digest}`;
}

function compileKey(config: Exclude<ProviderKeyConfig, string>, id: string, index: number, matchers: Map<string, ModelMatcher | null>): CompiledKey {
  return {
    id: id as ProviderKeyId,
    index,
    name: config.name ?? id,
    secret: config.secret,
    enabled: config.enabled ?? true,
    weight: config.weight ?? 1,
    allows: config.models === undefined ? null : matcherOfList(matchers, config.models, matchModels),
    limits: config.limits === undefined || Object.keys(config.limits).length === 0 ? null : config.limits,
  };
}
