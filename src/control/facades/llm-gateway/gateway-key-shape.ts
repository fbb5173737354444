import { Type } from 'typebox';
import type { ControlServices } from '../../control-services.ts';
import type { FieldProblem } from '../../operation-error.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { identifierOfOldId, slugOfOldId } from '../old-id.ts';
import type { Body, RouteShape, Translated } from './wrapped-route.ts';

/** What of a virtual key says nothing here. */
const IGNORED = [
  'routingStrategy',
  'routingConfig',
  'cacheEnabled',
  'disableLogging',
  'dynamicCompressionEnabled',
  'interceptZeroTemperature',
  'zeroTemperatureReplacement',
  'imageCompression',
  'piiProtection',
  'promptCapture',
  'contextNormalization',
  'keyValue',
  'createdAt',
  'updatedAt',
];
const OWN_WORDS = ['providerId', 'modelId', 'modelIds', 'keyType', 'customKey', 'rateLimit'];
const CUSTOM_KEY = /^[\w-]{8,64}$/u;
const MOST_RATE = 1_000_000_000;
const NullableText = Type.Union([Type.String({ maxLength: 500 }), Type.Null()]);
const FIELDS = {
  providerId: NullableText,
  modelId: NullableText,
  modelIds: Type.Union([Type.Array(Type.String({ maxLength: 500 })), Type.Null()], {
    description: 'Names of models, or their ids here: provider/name.',
  }),
  keyType: Type.Enum(['auto', 'custom']),
  customKey: NullableText,
  rateLimit: Type.Union([Type.Number({ minimum: 0, maximum: MOST_RATE }), Type.Null()], {
    description: 'Requests a minute; 0 and null are no limit.',
  }),
  ...Object.fromEntries(IGNORED.map((name) => [name, Type.Unknown()])),
};

/** Making a virtual key as LLM Gateway writes it. */
export function createdKey(services: ControlServices): RouteShape {
  return {
    fields: { ...FIELDS, id: Type.String({ minLength: 1, maxLength: 200 }) },
    createdStatus: 200,
    translate: ({ id, ...written }) => {
      const { body, ignored } = translated(written, null, services);
      const plain = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
      return { body: { ...(typeof id === 'string' ? { id: identifierOfOldId(id) } : {}), ...plain }, ignored };
    },
    answer: (shown, _call, written) => {
      const { secret, ...view } = shown;
      return { ...shown, virtualKey: namesOfKey(view), keyValue: secret ?? written?.['customKey'] ?? null };
    },
  };
}

export function changedKey(services: ControlServices): RouteShape {
  return {
    fields: FIELDS,
    idOf: identifierOfOldId,
    translate: (written, { params }) => {
      const id = identifierOfOldId(String((params as Body)['id']));
      return translated(written, services.config.view().find('virtual-key', id)?.body ?? {}, services);
    },
    answer: (shown) => ({ ...shown, ...newNames(shown), virtualKey: namesOfKey(shown) }),
  };
}

export function shownKey(): RouteShape {
  return { idOf: identifierOfOldId, answer: (shown) => ({ ...shown, ...newNames(shown) }) };
}

/** A virtual key as LLM Gateway shows it, but without its secret. */
export function namesOfKey(view: Body): Body {
  return { id: view['id'], name: view['name'], enabled: view['enabled'], ...newNames(view) };
}

function newNames(view: Body): Body {
  const models = (view['models'] ?? []) as readonly string[];
  const providers = (view['providers'] ?? []) as readonly string[];
  return {
    keyValue: view['preview'] ?? null,
    providerId: providers[0] ?? null,
    modelId: models[0] ?? null,
    modelIds: models,
    routingStrategy: 'single',
    rateLimit: rateOf(view),
    createdAt: view['createdAtMs'] ?? null,
    updatedAt: view['updatedAtMs'] ?? null,
  };
}

function rateOf({ limits }: Body): number | null {
  const rate = ((limits ?? {}) as Body)['requestsPerMinute'];
  return typeof rate === 'number' ? rate : null;
}

/** `known`: the key's present body; null: it is new. */
function translated(written: Body, known: Body | null, services: ControlServices): Translated {
  const { keyType, customKey, rateLimit } = written;
  const others = Object.entries(written).filter(([name]) => !OWN_WORDS.includes(name) && !IGNORED.includes(name));
  return {
    body: {
      ...Object.fromEntries(others),
      ...secretOf(keyType, customKey),
      ...scopeOf(written as WrittenScope, known, services),
      ...(rateLimit === undefined || rateLimit === rateOf(known ?? {}) ? {} : { limits: limitsOf(rateLimit, (known?.['limits'] ?? {}) as Body) }),
    },
    ignored: Object.keys(written).filter((name) => IGNORED.includes(name)),
  };
}

function secretOf(keyType: unknown, customKey: unknown): Body {
  const isGiven = typeof customKey === 'string' && customKey !== '';
  if (keyType === 'auto' || (keyType === undefined && !isGiven)) return {};
  if (!isGiven || !CUSTOM_KEY.test(customKey)) throw refuseFields([{ path: 'customKey', message: 'must be 8 to 64 letters, digits, _ and -' }]);
  return { secret: customKey };
}

interface WrittenScope {
  readonly providerId?: string | null;
  readonly modelId?: string | null;
  readonly modelIds?: readonly string[] | null;
}

/** Which models and providers it may use. A key that could use none must not become one that may use all. */
function scopeOf({ providerId, modelId, modelIds }: WrittenScope, known: Body | null, services: ControlServices): Body {
  const shown = known === null ? {} : newNames(known);
  const isNewModels = modelIds !== undefined && modelIds !== null && JSON.stringify(modelIds) !== JSON.stringify(shown['modelIds']);
  const isNewModel = modelId !== undefined && modelId !== null && modelId !== shown['modelId'];
  const isNewProvider = providerId !== undefined && providerId !== shown['providerId'];
  const ids = [...(isNewModel ? [modelId] : []), ...(isNewModels ? modelIds : [])];
  if (isNewModels && ids.length === 0) throw refuseFields([NO_MODELS]);
  const found = ids.map((id) => modelOf(id, services));
  const providers = isNewProvider ? [providerId ?? ''] : found.flatMap(({ provider }) => provider ?? []);
  const named = providers.filter((id) => id !== '');
  return {
    ...(ids.length === 0 ? {} : { models: [...new Set(found.map(({ name }) => name))] }),
    ...(isNewProvider && named.length === 0 ? { providers: null } : {}),
    ...(named.length === 0 ? {} : { providers: [...new Set(named.map(slugOfOldId))] }),
  };
}

const NO_MODELS: FieldProblem = { path: 'modelIds', message: 'must name a model; leave it out for a key that may use all' };

/** An id as models have it here, else a plain name. */
function modelOf(id: string, { config }: ControlServices): { readonly name: string; readonly provider: string | null } {
  const slash = id.indexOf('/');
  const provider = slash <= 0 ? null : id.slice(0, slash);
  if (provider === null || config.view().find('provider', provider) === undefined) return { name: id, provider: null };
  return { name: id.slice(slash + 1), provider };
}

/** Other limits of the key stay. */
function limitsOf(rate: unknown, { requestsPerMinute: _rate, ...others }: Body): Body | null {
  const next = typeof rate === 'number' && rate > 0 ? { ...others, requestsPerMinute: Math.ceil(rate) } : others;
  return Object.keys(next).length === 0 ? null : next;
}
