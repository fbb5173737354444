import type { ConfigChange, FieldChange } from './config-diff.ts';
import type { ConfigLosses } from './config-losses.ts';

const SIGNS = { added: '+', changed: '~', removed: '-' } as const;
const MOST_NAMES = 5;

/** A change that was not made yet, line by line: each thing that differs, and then who loses what. Holds no secret. */
export function describePlan(changes: readonly ConfigChange[], losses: ConfigLosses): readonly string[] {
  const lost = lossLines(losses);
  return [...changes.map(changeLine), ...(lost.length === 0 ? ['Nobody loses anything.'] : lost)];
}

/** `1 change`, `3 changes`. */
export function countOfChanges(changes: readonly unknown[]): string {
  return changes.length === 1 ? '1 change' : `${changes.length} changes`;
}

export function changeLine({ kind, id, change, fields }: ConfigChange): string {
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
