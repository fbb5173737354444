import { normaliseSecret } from './normalise-secret.ts';
import type { GatewayConfig, ProviderConfig, ProviderKeyConfig } from './schema/gateway-config-schema.ts';
import { secretDigest } from './secret-digest.ts';

/** The things of which a configuration consists, each of which can be changed by itself. */
export type EntityKind = 'provider' | 'provider-key' | 'virtual-key' | 'settings';

export interface ConfigEntity {
  readonly kind: EntityKind;
  /** Of a provider key: `provider/key`. Of the settings: `settings`. */
  readonly id: string;
  /** Place among its like: providers of one priority and keys of a pool are tried in this order. */
  readonly place: number;
  /** Fields as in the file. A provider's keys are entities of their own. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Takes a configuration apart. `configOfEntities` puts it together again. */
export function entitiesOf(config: GatewayConfig): readonly ConfigEntity[] {
  return [
    ...(config.providers ?? []).flatMap(providerEntities),
    ...(config.virtualKeys ?? []).map((body, place): ConfigEntity => ({ kind: 'virtual-key', id: body.id, place, body })),
    ...(config.settings === undefined ? [] : [{ kind: 'settings', id: 'settings', place: 0, body: config.settings } as const]),
  ];
}

function providerEntities(provider: ProviderConfig, place: number): readonly ConfigEntity[] {
  const { keys, ...body } = provider;
  return [{ kind: 'provider', id: provider.id, place, body }, ...(keys ?? []).map((key, index) => keyEntity(provider.id, key, index))];
}

/** Keys without an id get the one under which the snapshot knows them. */
function keyEntity(provider: string, key: ProviderKeyConfig, place: number): ConfigEntity {
  const body = typeof key === 'string' ? { secret: key } : key;
  const id = ('id' in body ? body.id : undefined) ?? `k-${secretDigest(normaliseSecret(body.secret)).slice(0, 8)}`;
  return { kind: 'provider-key', id: `${provider}/${id}`, place, body: { ...body, id } };
}

/** Puts a configuration together. Keys of providers that are not there are left out. */
export function configOfEntities(entities: readonly ConfigEntity[]): GatewayConfig {
  const keys = Map.groupBy(ofKind(entities, 'provider-key'), ({ id }) => id.slice(0, id.indexOf('/')));
  const providers = ofKind(entities, 'provider').map(({ id, body }) => {
    const pool = keys.get(id);
    return pool === undefined ? body : { ...body, keys: pool.map((key) => key.body) };
  });
  const virtualKeys = ofKind(entities, 'virtual-key').map(({ body }) => body);
  const [settings] = ofKind(entities, 'settings');
  // The bodies came out of a configuration, or are checked before one is compiled from them.
  return {
    ...(providers.length === 0 ? {} : { providers }),
    ...(virtualKeys.length === 0 ? {} : { virtualKeys }),
    ...(settings === undefined ? {} : { settings: settings.body }),
  } as GatewayConfig;
}

function ofKind(entities: readonly ConfigEntity[], kind: EntityKind): readonly ConfigEntity[] {
  return entities.filter((entity) => entity.kind === kind).toSorted((a, b) => a.place - b.place);
}
