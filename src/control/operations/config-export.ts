import { hash } from 'node:crypto';
import { configOfEntities, type ConfigEntity } from '../../config/config-entities.ts';
import type { GatewayConfig } from '../../config/schema/gateway-config-schema.ts';
import { PlaceholderNames } from '../../config/secret-placeholder.ts';
import type { ConfigService } from '../config/config-service.ts';
import { replaceSecrets, secretAt } from '../config/entity-sealing.ts';
import { secretHashOf, storedFormOf } from './virtual-key-secret.ts';

type Body = Readonly<Record<string, unknown>>;

/** `omit`: placeholders stand for them. `sealed`: they come along and open in this installation only; hashes of virtual keys come as they are. */
export const EXPORT_SECRETS = ['omit', 'sealed'] as const;
export type ExportSecrets = (typeof EXPORT_SECRETS)[number];

/**
 * The configuration as a file holds it. What the environment adds stays out: it is there wherever its variables are.
 * @throws {OperationError} `config_read_only` for sealed secrets where nothing seals.
 */
export async function exportConfig(config: ConfigService, secrets: ExportSecrets): Promise<GatewayConfig> {
  const entities = config.view().entities.filter(({ origin }) => origin !== 'environment');
  const providers = new Map(entities.filter(({ kind }) => kind === 'provider').map(({ id, body }) => [id, body]));
  const names = new PlaceholderNames();
  const exported: ConfigEntity[] = [];
  for (const entity of entities.toSorted((a, b) => a.place - b.place)) {
    const { kind, id, place, body } = entity;
    const plain = { kind, id, place, body: escapeReferences(body) as Body };
    exported.push({ ...plain, body: secrets === 'omit' ? withPlaceholders(plain, names) : await withSealed(plain, body, providers, config) });
  }
  return configOfEntities(exported);
}

/** The id under which a thing's secrets are sealed for an export: sent to another address they do not open. */
export function sealedIdOf({ kind, id }: Pick<ConfigEntity, 'kind' | 'id'>, provider: Body | undefined): string {
  const { preset, protocols, rest, proxyUrl } = provider ?? {};
  // The proxy is a secret of the provider itself, so that only its keys can depend on it.
  const destinations = [preset, protocols, rest, kind === 'provider' ? null : proxyUrl];
  return `${id} for ${hash('sha256', JSON.stringify(sorted(destinations)) ?? '', 'hex')}`;
}

export function providerIdOf({ kind, id }: Pick<ConfigEntity, 'kind' | 'id'>): string {
  return kind === 'provider-key' ? id.slice(0, id.indexOf('/')) : id;
}

function withPlaceholders({ kind, id, body }: ConfigEntity, names: PlaceholderNames): Body {
  if (kind !== 'virtual-key') return replaceSecrets(kind, body, (_, column) => names.placeholderFor(kind, id, column));
  const { secretHash: _hash, preview: _preview, previousSecretHash: _previous, previousUntil: _until, ...shown } = body;
  return { ...shown, secret: names.placeholderFor(kind, id, 'secret') };
}

async function withSealed(plain: ConfigEntity, body: Body, providers: ReadonlyMap<string, Body>, config: ConfigService): Promise<Body> {
  const { kind } = plain;
  if (kind === 'virtual-key') return withHash(plain.body);
  // Before anything was escaped: what opens again must be what was there.
  const sealed = await config.seal({ kind, id: sealedIdOf(plain, providers.get(providerIdOf(plain))), body });
  return replaceSecrets(kind, plain.body, (text, column) => secretAt(sealed, column) ?? text);
}

function withHash(body: Body): Body {
  const { secret, ...shown } = body;
  return secretHashOf(body) === null || typeof secret !== 'string' ? body : { ...shown, ...storedFormOf(secret) };
}

/** Signs that would begin a variable when the file is read. */
function escapeReferences(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escapeReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, escapeReferences(member)]));
}

/** The same whatever the order of fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item ?? null));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
