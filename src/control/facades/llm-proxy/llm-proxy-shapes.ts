import { Type } from 'typebox';
import type { ModelConfig, ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../../domain/preset.ts';
import { ImportNotes } from '../../import/import-notes.ts';
import { mappedModels } from '../../import/mapped-models.ts';
import { type OldDialect, spokenAddress } from '../../import/spoken-address.ts';
import type { AdminAnswer } from '../../http/admin-route.ts';
import { OperationError } from '../../operation-error.ts';
import type { ProviderView } from '../../operations/providers.ts';
import { fieldsOfEntry, nameOfEntry, writeEntry } from '../../operations/model-entry.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import type { VirtualKeyView } from '../../operations/virtual-key-view.ts';
import { addressOf } from '../openai-address.ts';

type Body = Readonly<Record<string, unknown>>;

const DIALECTS: Readonly<Record<string, OldDialect>> = {
  openai: 'openai',
  openai_compatible: 'openai',
  'openai-compatible': 'openai',
  custom: 'openai',
  anthropic: 'anthropic',
  claude: 'anthropic',
  gemini: 'google',
  google: 'google',
};

export const StatusQuery = Type.Object({ enabled: Type.String({ maxLength: 8, description: 'true or false.' }) });
export const NO_FIELDS: AdminAnswer = { status: 400, body: { detail: 'No fields to update' } };

/** A flag of an address, as FastAPI reads it. @throws {OperationError} `invalid_field`. */
export function flagOfQuery(written: string): boolean {
  if (/^(?:true|1|on|t|yes|y)$/iu.test(written)) return true;
  if (/^(?:false|0|off|f|no|n)$/iu.test(written)) return false;
  throw refuseFields([{ path: 'enabled', message: 'must be true or false' }]);
}

/** A provider as llm-proxy shows it; never with its key. */
export function shownProvider(view: ProviderView, presets: PresetCatalogue): Body {
  const { id, name, enabled } = view;
  const weight = view['weight'];
  return {
    id,
    provider_key: id,
    name,
    provider_type: typeOf(view, presets),
    api_base: addressOf(view, presets),
    model_mapping: mappingOf(view['models']),
    weight: typeof weight === 'number' ? weight : 1,
    is_enabled: enabled,
  };
}

function typeOf(view: ProviderView, presets: PresetCatalogue): string {
  if (view.kind === 'rest') return 'rest';
  const spoken = (view['protocols'] ?? presets.get(String(view['preset']))?.protocols ?? {}) as Body;
  if (Object.keys(spoken).some((name) => name.startsWith('openai-'))) return 'openai';
  return Object.hasOwn(spoken, 'anthropic-messages') ? 'anthropic' : 'gemini';
}

function mappingOf(models: unknown): Body {
  if (!Array.isArray(models)) return {};
  const named = (models as readonly ModelConfig[]).filter((model) => model !== '*');
  return Object.fromEntries(
    named.map((model) => (typeof model === 'string' ? [model, model] : ([model.name, model.upstream ?? model.name] as const))),
  );
}

/** Preset and base URLs of an address as llm-proxy writes it. @throws {OperationError} `invalid_field`. */
export function addressFields(type: string, base: string, presets: PresetCatalogue): Pick<ProviderConfig, 'preset' | 'protocols'> {
  const word = type.trim().toLowerCase();
  const dialect = Object.hasOwn(DIALECTS, word) ? DIALECTS[word] : presets.get(word)?.protocols['openai-chat'] === undefined ? undefined : 'openai';
  if (dialect === undefined) throw refuseFields([{ path: 'provider_type', message: 'must be openai, anthropic or gemini' }]);
  const spoken = spokenAddress({ [dialect]: base }, presets);
  if (typeof spoken === 'string') throw refuseFields([{ path: 'api_base', message: spoken }]);
  return { preset: spoken.preset, protocols: spoken.protocols };
}

/** The models of a mapping; null: it names none, so any is sent on. `known`: where figures come from. @throws {OperationError} `invalid_field`. */
export function modelsOfMapping(mapping: unknown, known: readonly ModelConfig[]): readonly ModelConfig[] | null {
  const { models, isCut } = mappedModels(mapping, 'model_mapping', new ImportNotes());
  if (isCut) throw refuseFields([{ path: 'model_mapping', message: 'must map names to names, without patterns' }]);
  const before = new Map(known.map((entry) => [nameOfEntry(entry), fieldsOfEntry(entry)]));
  return models.length === 0 ? null : models.map((model) => writeEntry({ ...before.get(model.name), ...model }));
}

/** A master key as llm-proxy shows it. */
export function shownKey(view: VirtualKeyView): Body {
  const { id, name, preview, models = [], limits = {}, enabled, createdAtMs, updatedAtMs } = view;
  return {
    id,
    name,
    key_preview: preview ?? '…',
    allowed_models: models,
    rate_limit: typeof limits['requestsPerSecond'] === 'number' ? limits['requestsPerSecond'] : null,
    is_enabled: enabled,
    created_at: isoOf(createdAtMs),
    updated_at: isoOf(updatedAtMs),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** An empty list and `*` allow all. */
export function allowedModels(written: readonly string[]): readonly string[] | null {
  const names = written.map((name) => name.trim()).filter((name) => name !== '');
  return names.length === 0 || names.includes('*') ? null : [...new Set(names)];
}

/** Requests a second: 0 blocks, null takes the limit away. Other limits stay as they are. @throws {OperationError} `invalid_field`. */
export function limitsOf(written: unknown, known: Body): Body | null {
  const { requestsPerSecond: _rate, burst: _burst, ...others } = known;
  if (written === null) return Object.keys(others).length === 0 ? null : others;
  const { requests_per_second: rate, burst_size: burst } = (typeof written === 'object' ? written : { requests_per_second: written }) as Body;
  if (typeof rate !== 'number') throw new OperationError('invalid_field', 'rate_limit must be a number of requests a second.');
  return { ...others, requestsPerSecond: rate, ...(typeof burst === 'number' ? { burst } : rate === 0 ? { burst: 0 } : {}) };
}
