import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import type { CompiledProvider } from '../../config/snapshot.ts';
import type { ProviderId, PublicModel } from '../../domain/ids.ts';
import type { ProtocolName } from '../../domain/protocol.ts';
import type { ModelTest } from '../../ports/upstream-probe.ts';
import type { Changed, ChangeReason } from '../config/config-service.ts';
import type { ViewedEntity } from '../config/config-view.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { addEntry, changeEntry, problemOfName, removeEntry } from './model-changes.ts';
import { ANY_MODEL, entriesOf, nameOfEntry, type ModelFields } from './model-entry.ts';
import { viewModel, type ModelView } from './model-view.ts';
import { isSought, pageOf, type Page, type PageQuery } from './page.ts';
import { notAsked, secretOf, shownOutcome, type ProbeView } from './provider-acts.ts';

type Services = Pick<ControlServices, 'config' | 'probe' | 'snapshot'>;
type Body = Readonly<Record<string, unknown>>;

export interface ModelQuery extends PageQuery {
  readonly q?: string;
  readonly provider?: string;
  readonly priced?: boolean;
}

/** What an addition came to. */
export interface AddedModels {
  readonly added: number;
  /** Were there already, or twice in the batch. */
  readonly skipped: number;
  readonly failed: readonly { readonly line: number; readonly message: string }[];
  readonly ids: readonly string[];
}

export interface ModelTestView extends ProbeView, Pick<ModelTest, 'text'> {
  readonly model: string;
  /** The key that was used; null: none. */
  readonly key: string | null;
}

/** The models that providers list. Each lives in the `models` of its provider; its id is `provider/name`. */
export class Models {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  list(query: ModelQuery): Page<ModelView> {
    const providers = this.#services.config.view().list('provider');
    const meant = providers.filter(({ id }) => query.provider === undefined || id === query.provider).flatMap((entity) => this.#viewsOf(entity));
    const found = meant.filter(({ name, upstream, provider, price }) => {
      return isSought(query.q, name, upstream, provider) && (query.priced === undefined || (price !== null) === query.priced);
    });
    return pageOf(found, ({ id }) => id, query);
  }

  /** Whether the provider takes other names as well. @throws {OperationError} `not_found`. */
  takesAnyModel(provider: string): boolean {
    return entriesOf(this.#requireProvider(provider).body).includes(ANY_MODEL);
  }

  /** @throws {OperationError} `not_found`. */
  get(id: string): ModelView {
    const [provider, name] = splitId(id);
    const entity = this.#requireProvider(provider);
    const entry = entriesOf(entity.body).find((known) => known !== ANY_MODEL && nameOfEntry(known) === name);
    if (entry === undefined) throw new OperationError('not_found', `The provider ${provider} lists no model ${name}.`);
    return viewModel(entity, entry, this.#compiled(provider));
  }

  /** Gives the id. @throws {OperationError} `already_exists`. */
  create(reason: ChangeReason, provider: string, fields: ModelFields): Promise<Changed<string>> {
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('provider', provider);
      const models = addEntry(entriesOf(body), fields);
      draft.replace('provider', provider, { ...body, models });
      return `${provider}/${fields.name}`;
    });
  }

  /** `models`: each as it is written, or why it cannot be. Those that are there already are skipped. */
  createMany(reason: ChangeReason, provider: string, models: readonly (ModelFields | { readonly problem: string })[]): Promise<Changed<AddedModels>> {
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('provider', provider);
      const counts = { added: 0, skipped: 0, failed: [] as { line: number; message: string }[], ids: [] as string[] };
      const entries = [...entriesOf(body)];
      const known = new Set(entries.map(nameOfEntry));
      for (const [index, model] of models.entries()) {
        const problem = 'problem' in model ? model.problem : problemOfName(model.name);
        if (problem !== null) counts.failed.push({ line: index + 1, message: problem });
        else if ('name' in model) {
          if (known.has(model.name)) counts.skipped += 1;
          else {
            entries.push(...addEntry([], model));
            counts.ids.push(`${provider}/${model.name}`);
            counts.added += 1;
          }
          known.add(model.name);
        }
      }
      if (counts.added > 0) draft.replace('provider', provider, { ...body, models: entries });
      return counts;
    });
  }

  /** Fields that are given are replaced, null takes one away. Gives the id, which changes with the name. */
  update(reason: ChangeReason, id: string, patch: Body, ifMatch: number | null): Promise<Changed<string>> {
    const [provider, name] = splitId(id);
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('provider', provider);
      const { models, name: named } = changeEntry(entriesOf(body), name, patch, provider);
      draft.replace('provider', provider, { ...body, models }, ifMatch);
      return `${provider}/${named}`;
    });
  }

  /** @throws {OperationError} `conflict` for the last one of a provider that takes no other: without it the provider would take any. */
  remove(reason: ChangeReason, id: string, ifMatch: number | null): Promise<Changed<null>> {
    const [provider, name] = splitId(id);
    return this.#services.config.change(reason, (draft) => {
      const { body } = draft.require('provider', provider);
      draft.replace('provider', provider, { ...body, models: removeEntry(entriesOf(body), name, provider) }, ifMatch);
      return null;
    });
  }

  /** Asks the model for a word. Also one that is not listed, where the provider takes any. @throws {OperationError} `not_found`. */
  async test(id: string, ask: { readonly key?: string; readonly protocol?: ProtocolName }, signal: AbortSignal): Promise<ModelTestView> {
    const [providerId, name] = splitId(id);
    const provider = this.#compiled(providerId);
    const listed = provider?.models.get(name as PublicModel);
    if (provider === undefined || (listed === undefined && !provider.acceptsAnyModel))
      throw new OperationError('not_found', `There is no provider ${providerId} that takes a model ${name}.`);
    const model = listed?.upstreamModel ?? name;
    const key = provider.keys.find((known) =>
      ask.key === undefined ? known.enabled && (known.allows === null || known.allows(name) || known.allows(model)) : String(known.id) === ask.key,
    );
    if (key === undefined && ask.key !== undefined)
      throw new OperationError('not_found', `The provider ${providerId} has no key ${ask.key} with a secret.`);
    if (key === undefined) return { ...notAsked('No enabled key of the provider may be used for this model.'), text: null, model, key: null };
    const tested = await this.#services.probe.testModel({ provider, secret: secretOf(key) }, { model, protocol: ask.protocol ?? null }, signal);
    return { ...shownOutcome(tested), text: tested.text, model, key: key.id };
  }

  #viewsOf(entity: ViewedEntity): readonly ModelView[] {
    const compiled = this.#compiled(entity.id);
    return entriesOf(entity.body)
      .filter((entry): entry is ModelConfig => entry !== ANY_MODEL)
      .map((entry) => viewModel(entity, entry, compiled));
  }

  #compiled(provider: string): CompiledProvider | undefined {
    return this.#services.snapshot().providersById.get(provider as ProviderId);
  }

  #requireProvider(id: string): ViewedEntity {
    const entity = this.#services.config.view().find('provider', id);
    if (entity === undefined) throw new OperationError('not_found', `There is no provider ${id}.`);
    return entity;
  }
}

/** A slug holds no slash, a model's name may. */
function splitId(id: string): readonly [provider: string, name: string] {
  const slash = id.indexOf('/');
  if (slash <= 0 || slash === id.length - 1) throw new OperationError('not_found', 'The id of a model is its provider, a slash, and its name.');
  return [id.slice(0, slash), id.slice(slash + 1)];
}
