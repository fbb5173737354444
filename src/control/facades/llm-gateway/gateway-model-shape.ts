import { Type } from 'typebox';
import { figuresOfModel } from '../../import/llm-gateway-model.ts';
import { ImportNotes } from '../../import/import-notes.ts';
import { refuseFields } from '../../operations/refuse-fields.ts';
import { slugOfOldId } from '../old-id.ts';
import type { Body, RouteShape, Translated } from './wrapped-route.ts';

/** What of a model says nothing here. */
const IGNORED = ['protocol', 'promptConfig', 'compressionConfig', 'routingConfigId', 'expertRoutingId', 'createdAt', 'updatedAt'];
const FIELDS = {
  providerId: Type.String({ minLength: 1, maxLength: 200 }),
  modelIdentifier: Type.String({ minLength: 1, maxLength: 256, description: 'What clients write and the provider gets.' }),
  isVirtual: Type.Boolean(),
  enabled: Type.Boolean(),
  modelAttributes: Type.Unknown({ description: 'max_tokens, context_length, input_cost_per_token and the like.' }),
  ...Object.fromEntries(IGNORED.map((name) => [name, Type.Unknown()])),
};
const OWN_WORDS = ['providerId', 'modelIdentifier', 'isVirtual', 'enabled', 'modelAttributes'];

/** Adding a model as LLM Gateway writes it. */
export const CREATED_MODEL: RouteShape = {
  fields: FIELDS,
  createdStatus: 200,
  translate: (written) => {
    const { providerId, modelIdentifier, provider } = written as { readonly providerId?: string; readonly [field: string]: unknown };
    const { body, ignored } = translated(written);
    const { name, ...others } = body;
    const id = providerId === undefined ? provider : slugOfOldId(providerId);
    return { body: { ...others, ...(id === undefined ? {} : { provider: id }), name: modelIdentifier ?? name }, ignored };
  },
  answer: (shown) => ({ ...shown, ...namesOfModel(shown) }),
};

/** Changing one. Its name for people means nothing here: the name that clients write is the model. */
export const CHANGED_MODEL: RouteShape = {
  fields: FIELDS,
  translate: (written) => {
    const { modelIdentifier } = written;
    const { body, ignored } = translated(written);
    const { name: _name, provider: _provider, ...others } = body;
    return { body: { ...others, ...(modelIdentifier === undefined ? {} : { upstream: modelIdentifier }) }, ignored };
  },
  answer: (shown) => ({ ...shown, ...namesOfModel(shown) }),
};

export const SHOWN_MODEL: RouteShape = { answer: (shown) => ({ ...shown, ...namesOfModel(shown) }) };

/** What LLM Gateway calls the fields of a model. */
export function namesOfModel(view: Body): Body {
  const { provider, upstream, contextTokens, maxOutputTokens } = view;
  return {
    providerId: provider,
    modelIdentifier: upstream,
    isVirtual: false,
    modelAttributes: {
      ...(typeof contextTokens === 'number' ? { context_length: contextTokens } : {}),
      ...(typeof maxOutputTokens === 'number' ? { max_output_tokens: maxOutputTokens } : {}),
    },
  };
}

function translated(written: Body): Translated {
  if (written['isVirtual'] === true)
    throw refuseFields([{ path: 'isVirtual', message: 'needs routes between providers, which this release does not have' }]);
  if (written['enabled'] === false) throw refuseFields([{ path: 'enabled', message: 'cannot be false: a model that must not be used is removed' }]);
  const notes = new ImportNotes();
  const attributes = written['modelAttributes'];
  const figures = attributes === undefined ? {} : figuresOfModel({ where: 'modelAttributes', row: { model_attributes: attributes } }, notes);
  const others = Object.entries(written).filter(([name]) => !OWN_WORDS.includes(name) && !IGNORED.includes(name));
  const unread = notes.all().length === 0 ? [] : ['modelAttributes'];
  return {
    body: { ...Object.fromEntries(others), ...figures },
    ignored: [...Object.keys(written).filter((name) => IGNORED.includes(name)), ...unread],
  };
}
