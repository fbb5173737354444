import type { ImportNotes } from './import-notes.ts';
import { readJson, type OldModel } from './llm-gateway-rows.ts';
import { flagOf, isSet, numberOf, type OldRecord, recordOf, textOf } from './old-values.ts';

/** Where a virtual model leads to. */
export interface OldTarget {
  /** Old id of the provider. */
  readonly provider: string;
  readonly upstream: string;
}

/** The targets of a virtual model that a provider with a mapped model can stand for; what is lost of the routing is told. */
export function targetsOfVirtualModel(
  model: OldModel,
  routings: ReadonlyMap<string, OldRecord>,
  models: readonly OldModel[],
  notes: ImportNotes,
): readonly OldTarget[] {
  const { where, row } = model;
  if (isSet(row['expert_routing_id'])) {
    notes.leftOut('model', where, 'expert routing has no counterpart here; left out');
    return [];
  }
  const routingId = textOf(row['routing_config_id']);
  // A virtual model without routing is another name for a model of one provider.
  if (routingId === '') return model.providerId === '' ? [] : [{ provider: model.providerId, upstream: model.identifier || model.name }];
  const routing = routings.get(routingId);
  const config = routing === undefined ? null : recordOf(readJson(routing, 'config', where, notes));
  if (routing === undefined || config === null) {
    notes.leftOut('model', where, 'its routing config is not there or cannot be read');
    return [];
  }
  if (!flagOf(routing['enabled'], true)) notes.told(where, 'its routing config was switched off, and used all the same there as here');
  const mode = textOf(recordOf(config['strategy'])?.['mode']) || textOf(routing['type']);
  noteStrategy(mode, where, notes);
  const targets = Array.isArray(config['targets']) ? config['targets'].map(recordOf).filter((target) => target !== null) : [];
  return targets.map((target) => readTarget(target, model, mode, models, notes)).filter((target) => target !== null);
}

function noteStrategy(mode: string, where: string, notes: ImportNotes): void {
  const losses: Readonly<Record<string, string>> = {
    loadbalance: 'the weights of its targets are not carried: requests are shared by the weights of the providers',
    fallback: 'the order of its targets is not carried: write `priority` at the providers for it',
    hash: 'routing by hash is not carried: requests are shared by the weights of the providers',
    affinity: 'routing by affinity is not carried: requests are shared by the weights of the providers',
  };
  const loss = Object.hasOwn(losses, mode) ? losses[mode] : undefined;
  notes.changed('model', where, `${loss ?? 'its way of routing is not known and not carried'}. Routes come in a later release`);
}

function readTarget(target: OldRecord, model: OldModel, mode: string, models: readonly OldModel[], notes: ImportNotes): OldTarget | null {
  const { where } = model;
  const params = recordOf(target['override_params']) ?? {};
  const weight = numberOf(target['weight']);
  const leaveOut = (message: string): null => {
    notes.leftOut('model', where, message);
    return null;
  };
  if (mode === 'loadbalance' && weight !== null && weight <= 0) return leaveOut('a target of weight 0 was never chosen and is left out');
  if (Object.keys(params).some((name) => name !== 'model')) notes.leftOut('field', where, 'fields that a target puts into requests are left out');
  if (isSet(target['on_status_codes'])) notes.leftOut('field', where, 'the status codes after which a target was tried again are left out');
  const provider = textOf(target['provider']);
  const upstream = textOf(params['model']) || model.identifier || model.name;
  if (provider === '') return leaveOut('a target without a provider is left out');
  const named = models.find(({ providerId, name, isVirtual }) => !isVirtual && providerId === provider && name === upstream);
  return { provider, upstream: named?.identifier || upstream };
}
