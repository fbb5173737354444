import { isDeepStrictEqual } from 'node:util';
import { Type } from 'typebox';
import type { ModelConfig, ProviderConfig } from '../../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../../domain/preset.ts';
import type { ControlServices } from '../../control-services.ts';
import { type OldDialect, spokenAddress } from '../../import/spoken-address.ts';
import { entriesOf } from '../../operations/model-entry.ts';
import { readOlderProvider } from '../../operations/older-provider.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { mainKeyOf } from '../main-key.ts';
import { slugOfOldId } from '../old-id.ts';
import { addressOf } from '../openai-address.ts';
import type { Body, RouteShape, Translated } from './wrapped-route.ts';

const DIALECTS = { openai: 'openai-chat', anthropic: 'anthropic-messages', google: 'gemini-generate' } as const;
const OWN_WORDS = ['baseUrl', 'apiKey', 'modelMapping', 'protocolMappings'];
/** What of a provider says nothing here. */
const IGNORED = ['description', 'protocol', 'createdAt', 'updatedAt'];
const Text = Type.String({ maxLength: 2048 });
const Anything = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const MAPPING = Type.Record(Type.String(), Type.Unknown());
const FIELDS = {
  baseUrl: Text,
  apiKey: Type.String({ maxLength: 65_536, description: 'Empty or *** in a change: the one that is there.' }),
  modelMapping: MAPPING,
  protocolMappings: Type.Record(Type.String(), Type.Unknown(), { description: 'Base URL by openai, anthropic and google.' }),
  ...Object.fromEntries(IGNORED.map((name) => [name, Anything])),
};
const MASK = '***';

/** Adding a provider as LLM Gateway writes it. */
export function createdProvider(services: ControlServices): RouteShape {
  return {
    fields: { ...FIELDS, id: Type.String({ minLength: 1, maxLength: 200 }) },
    createdStatus: 200,
    taken: '提供商 ID 已存在',
    translate: ({ id: oldId, name, ...written }) => {
      const { foreign, others, ignored } = parted(written);
      if (typeof oldId !== 'string') throw refuseFields([{ path: 'id', message: 'is needed' }]);
      const id = slugOfOldId(oldId);
      const made = readOlderProvider({ ...foreign, apiKey: isMask(foreign['apiKey']) ? null : foreign['apiKey'], id }, services.presets);
      if (!('id' in made)) throw refuseFields(made);
      return { body: { ...others, ...made, ...(name === undefined && id === oldId ? {} : { name: name ?? oldId }) }, ignored };
    },
    answer: (shown) => ({ ...shown, ...namesOfProvider(shown, services.presets) }),
  };
}

/** Changing one. What is sent as it was shown is no change. */
export function changedProvider(services: ControlServices): RouteShape {
  return {
    fields: FIELDS,
    idOf: slugOfOldId,
    translate: (written, { params }) => patchOf(written, slugOfOldId(String((params as Body)['id'])), services),
    answer: (shown) => ({ ...shown, ...namesOfProvider(shown, services.presets) }),
  };
}

export function shownProvider(services: ControlServices): RouteShape {
  return { idOf: slugOfOldId, answer: (shown) => ({ ...shown, ...namesOfProvider(shown, services.presets) }) };
}

/** What LLM Gateway calls the fields of a provider; never its key. */
export function namesOfProvider(view: Body, presets: PresetCatalogue): Body {
  const spoken = (view['protocols'] ?? presets.get(String(view['preset']))?.protocols ?? {}) as NonNullable<ProviderConfig['protocols']>;
  const mapped = Object.entries(DIALECTS).flatMap(([dialect, protocol]) => (spoken[protocol] === undefined ? [] : [[dialect, spoken[protocol]]]));
  return {
    baseUrl: addressOf(view, presets),
    protocolMappings: Object.fromEntries(mapped) as Body,
    apiKey: MASK,
    modelMapping: mappingOf(entriesOf(view)),
    createdAt: view['createdAtMs'] ?? null,
    updatedAt: view['updatedAtMs'] ?? null,
  };
}

function patchOf(written: Body, id: string, { config, presets }: ControlServices): Translated {
  const { foreign, others, ignored } = parted(written);
  const body = config.view().find('provider', id)?.body ?? {};
  const shown = namesOfProvider(body, presets);
  const { apiKey, modelMapping } = foreign;
  const isNewKey = typeof apiKey === 'string' && apiKey.trim() !== '' && !isMask(apiKey);
  const isMapped = modelMapping !== undefined && !isDeepStrictEqual(modelMapping, shown['modelMapping']);
  return {
    body: {
      ...others,
      ...addressPatch(foreign, shown, presets),
      ...(isMapped ? { models: remapped(entriesOf(body), modelMapping as Body) } : {}),
      ...(isNewKey ? { keys: [{ id: mainKeyOf(config.view(), id) ?? 'key-1', secret: apiKey }] } : {}),
    },
    ignored,
  };
}

function addressPatch({ baseUrl, protocolMappings }: Body, shown: Body, presets: PresetCatalogue): Pick<ProviderConfig, 'preset' | 'protocols'> {
  const isOther = protocolMappings !== undefined && !isDeepStrictEqual(protocolMappings, shown['protocolMappings']);
  const written = isOther ? Object.entries(protocolMappings as Body).filter(([name, url]) => Object.hasOwn(DIALECTS, name) && url !== '') : [];
  const isMoved = typeof baseUrl === 'string' && baseUrl.trim() !== shown['baseUrl'];
  if (written.length === 0 && !isMoved) return {};
  const bases = written.length > 0 ? Object.fromEntries(written) : { openai: baseUrl };
  const spoken = spokenAddress(bases as Partial<Record<OldDialect, string>>, presets);
  if (typeof spoken === 'string') throw refuseFields([{ path: isMoved ? 'baseUrl' : 'protocolMappings', message: spoken }]);
  return { preset: spoken.preset, protocols: spoken.protocols };
}

function mappingOf(entries: readonly ModelConfig[]): Body {
  const mapped = entries.flatMap((entry) =>
    typeof entry === 'string' || entry.upstream === undefined ? [] : [[entry.name, entry.upstream] as const],
  );
  return Object.fromEntries(mapped);
}

/** Models that stand for another name are replaced; those that stand for themselves, and `*`, stay. */
function remapped(entries: readonly ModelConfig[], mapping: Body): readonly ModelConfig[] | null {
  const known = new Map(entries.map((entry) => (typeof entry === 'string' ? [entry, {}] : [entry.name, entry])));
  const mapped = Object.entries(mapping).map(([name, upstream]) => ({ ...known.get(name), name, upstream: String(upstream) }));
  const kept = entries.filter((entry) => (typeof entry === 'string' || entry.upstream === undefined) && !Object.hasOwn(mapping, nameOf(entry)));
  const next: readonly ModelConfig[] = [...mapped, ...kept];
  return next.length === 0 || (next.length === 1 && next[0] === '*') ? null : next;
}

function nameOf(entry: ModelConfig): string {
  return typeof entry === 'string' ? entry : entry.name;
}

function parted(written: Body): { readonly foreign: Body; readonly others: Body; readonly ignored: readonly string[] } {
  const pick = (isMeant: (name: string) => boolean): Body => Object.fromEntries(Object.entries(written).filter(([name]) => isMeant(name)));
  return {
    foreign: pick((name) => OWN_WORDS.includes(name)),
    others: pick((name) => !OWN_WORDS.includes(name) && !IGNORED.includes(name)),
    ignored: Object.keys(written).filter((name) => IGNORED.includes(name)),
  };
}

function isMask(value: unknown): boolean {
  return typeof value === 'string' && /^\*+$/u.test(value.trim());
}
