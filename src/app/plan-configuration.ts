import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { diffEntities, type ConfigChange, type FieldChange } from '../config/config-diff.ts';
import { entitiesOf } from '../config/config-entities.ts';
import { findLosses, type ConfigLosses } from '../config/config-losses.ts';
import type { Environment } from '../config/expand-environment.ts';
import { SnapshotMaker } from './snapshot-maker.ts';

const SIGNS = { added: '+', changed: '~', removed: '-' } as const;
const MOST_NAMES = 5;

/** Two configurations as `serve` would read them. */
export interface PlanSides {
  readonly before: BootstrapConfig;
  readonly after: BootstrapConfig;
  readonly environment: Environment;
}

/** Tells, line by line, what a new configuration would change, and who loses what. Throws ConfigError for one that cannot be used. */
export function planConfiguration({ before, after, environment }: PlanSides): readonly string[] {
  const old = new SnapshotMaker(before, environment).first();
  const next = new SnapshotMaker(after, environment).first();
  const changes = diffEntities(entitiesOf(old.loaded.config), entitiesOf(next.loaded.config));
  if (changes.length === 0) return [`${next.loaded.source}: nothing would change.`];
  const losses = lossLines(findLosses(old.snapshot, next.snapshot));
  return [
    `${old.loaded.source} → ${next.loaded.source}: ${changes.length === 1 ? '1 change' : `${changes.length} changes`}.`,
    ...changes.map(changeLine),
    ...(losses.length === 0 ? ['Nobody loses anything.'] : losses),
  ];
}

function changeLine({ kind, id, change, fields }: ConfigChange): string {
  const what = fields.length === 0 ? '' : `: ${fields.map(fieldText).join(', ')}`;
  return `${SIGNS[change]} ${kind} ${id}${what}`;
}

function fieldText({ field, before, after }: FieldChange): string {
  return before === null && after === null ? field : `${field} ${before ?? '(absent)'} → ${after ?? '(absent)'}`;
}

function lossLines({ refused, models, anyModel }: ConfigLosses): readonly string[] {
  return [
    ...(refused.length === 0 ? [] : [`${countOf(refused)} would be refused: ${namesOf(refused)}`]),
    ...[...models].map(([model, callers]) => `${countOf(callers)} would lose the model ${model}: ${namesOf(callers)}`),
    ...[...anyModel].map(([provider, callers]) => `${countOf(callers)} would lose any model of ${provider}: ${namesOf(callers)}`),
  ];
}

function countOf(callers: readonly string[]): string {
  return callers.length === 1 ? '1 virtual key' : `${callers.length} virtual keys`;
}

function namesOf(callers: readonly string[]): string {
  const more = callers.length - MOST_NAMES;
  return `${callers.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
