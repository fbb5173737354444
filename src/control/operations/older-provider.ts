import { formatPath } from '../../config/config-path.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import { spokenAddress, type OldDialect } from '../import/spoken-address.ts';
import type { FieldProblem } from '../operation-error.ts';

type Body = Readonly<Record<string, unknown>>;

const FIELDS = ['id', 'name', 'baseUrl', 'apiKey', 'enabled', 'protocolMappings', 'modelMapping'];
const DIALECTS = ['openai', 'anthropic', 'google'] as const satisfies readonly OldDialect[];

/** Whether this is a provider as LLM Gateway writes it: one address and one key. */
export function isOlderProvider(item: Body): boolean {
  return ['baseUrl', 'apiKey', 'protocolMappings', 'modelMapping'].some((field) => Object.hasOwn(item, field));
}

/** The same provider as Headgate writes it, or what is wrong with it. Its id, name and flag are checked later, with the whole. */
export function readOlderProvider(item: Body, presets: PresetCatalogue): ProviderConfig | readonly FieldProblem[] {
  const unknown = Object.keys(item).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0)
    return unknown.map((field) => ({
      path: formatPath([field]),
      message: `is unknown beside a baseUrl or an apiKey; known are ${FIELDS.join(', ')}`,
    }));
  const { id, name, apiKey, enabled } = item;
  if (!isAbsent(apiKey) && typeof apiKey !== 'string') return [{ path: 'apiKey', message: 'must be text' }];
  const bases = basesOf(item);
  if (bases === null) return [{ path: 'baseUrl', message: 'must be a URL that begins with http:// or https://' }];
  const spoken = spokenAddress(bases, presets);
  if (typeof spoken === 'string') return [{ path: 'baseUrl', message: spoken }];
  const models = modelsOf(item['modelMapping']);
  if (models === null) return [{ path: 'modelMapping', message: 'must be a mapping of names to names' }];
  // What is no text or flag here is told by the check of the whole.
  return {
    id: id as string,
    ...(isAbsent(name) ? {} : { name: name as string }),
    preset: spoken.preset,
    ...(isAbsent(enabled) ? {} : { enabled: enabled as boolean }),
    protocols: spoken.protocols,
    ...(models.length === 0 ? {} : { models: [...models, '*'] }),
    ...(isAbsent(apiKey) || apiKey.trim() === '' ? {} : { keys: [{ secret: apiKey }] }),
  };
}

/** Null: it names no address. */
function basesOf({ baseUrl, protocolMappings }: Body): Readonly<Partial<Record<OldDialect, string>>> | null {
  const mapped = typeof protocolMappings === 'object' && protocolMappings !== null ? (protocolMappings as Body) : {};
  const bases = DIALECTS.flatMap((dialect) => {
    const base = mapped[dialect];
    return typeof base === 'string' && base !== '' ? [[dialect, base] as const] : [];
  });
  if (bases.length > 0) return Object.fromEntries(bases);
  return typeof baseUrl === 'string' && baseUrl.trim() !== '' ? { openai: baseUrl } : null;
}

function modelsOf(mapping: unknown): { name: string; upstream: string }[] | null {
  if (isAbsent(mapping)) return [];
  if (typeof mapping !== 'object' || Array.isArray(mapping)) return null;
  const models = Object.entries(mapping).map(([name, upstream]) => ({ name, upstream: upstream as unknown }));
  return models.every((model): model is { name: string; upstream: string } => typeof model.upstream === 'string') ? models : null;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
