import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ForeignData } from '../../store/foreign/foreign-data.ts';
import type { ImportNotes } from './import-notes.ts';
import { figuresOfModel, isModelName } from './llm-gateway-model.ts';
import { type OldModel, readModels } from './llm-gateway-rows.ts';
import { type OldTarget, targetsOfVirtualModel } from './llm-gateway-targets.ts';
import { rowsOf } from './old-tables.ts';
import { textOf } from './old-values.ts';

type ModelRecord = Exclude<ModelConfig, string>;

/** What a model of LLM Gateway became: the names that clients write, and the providers that offer them. Empty: nothing. */
export interface CarriedModel {
  readonly names: readonly string[];
  readonly providers: readonly string[];
}

/** What the models of LLM Gateway are here. */
export interface LlmGatewayOffers {
  /** Old provider id → its models. Empty: it had some and none could be carried. Absent: it had none. */
  readonly byProvider: ReadonlyMap<string, readonly ModelRecord[]>;
  /** Old model id → what became of it. */
  readonly byModel: ReadonlyMap<string, CarriedModel>;
  /** Providers that had no models of their own, and so offer any. */
  readonly open: ReadonlySet<string>;
  /** Old provider id → the protocols in which its models were asked. */
  readonly protocols: ReadonlyMap<string, readonly string[]>;
}

/** Reads models and virtual models: each name becomes a model of the providers that it led to. */
export function llmGatewayOffers(data: ForeignData, providers: ReadonlySet<string>, notes: ImportNotes): LlmGatewayOffers {
  const offers = new Offers();
  const models = readModels(data);
  const open = new Set([...providers].filter((id) => !models.some(({ providerId, isVirtual }) => providerId === id && !isVirtual)));
  for (const model of models.filter(({ isVirtual }) => !isVirtual)) addReal(model, providers, offers, notes);
  const routings = new Map(rowsOf(data, 'routing_configs').map((row) => [textOf(row['id']), row]));
  for (const model of models.filter(({ isVirtual }) => isVirtual)) {
    addVirtual(model, targetsOfVirtualModel(model, routings, models, notes), providers, offers, notes);
  }
  noteIdleRoutings(models, routings, notes);
  const protocols = new Map(
    [...Map.groupBy(models, ({ providerId }) => providerId)].map(([id, own]) => [
      id,
      own.filter(({ enabled }) => enabled).map((model) => model.protocol),
    ]),
  );
  return { byProvider: offers.byProvider, byModel: offers.byModel, open, protocols };
}

class Offers {
  readonly byProvider = new Map<string, ModelRecord[]>();
  readonly byModel = new Map<string, { names: string[]; providers: string[] }>();

  /** False when the provider offers the name already. */
  add(model: OldModel, provider: string, record: ModelRecord): boolean {
    const list = this.listOf(provider);
    const known = list.find(({ name }) => name === record.name);
    if (known === undefined) list.push(record);
    else if ((known.upstream ?? known.name) !== (record.upstream ?? record.name)) return false;
    const carried = this.byModel.get(model.id) ?? { names: [], providers: [] };
    this.byModel.set(model.id, carried);
    if (!carried.names.includes(record.name)) carried.names.push(record.name);
    if (!carried.providers.includes(provider)) carried.providers.push(provider);
    return true;
  }

  listOf(provider: string): ModelRecord[] {
    const list = this.byProvider.get(provider) ?? [];
    this.byProvider.set(provider, list);
    return list;
  }
}

function addReal(model: OldModel, providers: ReadonlySet<string>, offers: Offers, notes: ImportNotes): void {
  const { identifier, name, providerId, where } = model;
  if (!providers.has(providerId)) return notes.leftOut('model', where, 'its provider is not there or was left out; left out');
  // Had it been the only one, an empty list says that the provider offered no model.
  offers.listOf(providerId);
  if (!model.enabled) return notes.leftOut('model', where, 'switched off there, and models have no switch here; left out');
  if (!isModelName(identifier)) return notes.leftOut('model', where, 'its identifier is no name of one model; left out');
  const figures = figuresOfModel(model, notes);
  for (const written of new Set([identifier, name].filter(isModelName))) {
    if (!offers.add(model, providerId, { name: written, upstream: identifier, ...figures }))
      notes.leftOut('model', where, 'another model of its provider has its name already; the name is left out');
  }
}

function addVirtual(model: OldModel, targets: readonly OldTarget[], providers: ReadonlySet<string>, offers: Offers, notes: ImportNotes): void {
  const { name, where } = model;
  if (!model.enabled) return notes.leftOut('model', where, 'switched off there, and models have no switch here; left out');
  if (!isModelName(name)) return notes.leftOut('model', where, 'its name is no name of one model; left out');
  const figures = figuresOfModel(model, notes);
  let added = 0;
  for (const { provider, upstream } of targets) {
    if (!providers.has(provider)) notes.leftOut('model', where, 'a target of it names a provider that is not there; the target is left out');
    else if (offers.add(model, provider, { name, upstream, ...figures })) added += 1;
    else notes.leftOut('model', where, 'a provider can offer a name once; a second target at the same provider is left out');
  }
  if (added === 0) notes.leftOut('model', where, 'no target of it could be carried; left out. Routes come in a later release');
}

function noteIdleRoutings(models: readonly OldModel[], routings: ReadonlyMap<string, OldModel['row']>, notes: ImportNotes): void {
  const used = new Set(models.map(({ row }) => textOf(row['routing_config_id'])));
  for (const id of routings.keys()) {
    if (used.has(id)) continue;
    notes.leftOut('whole', 'routing_configs', 'a routing config that no model uses is left out');
  }
}
