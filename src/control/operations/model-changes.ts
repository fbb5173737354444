import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import { OperationError } from '../operation-error.ts';
import { ANY_MODEL, fieldsOfEntry, nameOfEntry, writeEntry, type ModelFields } from './model-entry.ts';
import { patchBody } from './patch-body.ts';
import { refuseFields } from './refuse-fields.ts';

/** Why no model may be called so, as the end of a sentence; null: it may. */
export function problemOfName(name: string): string | null {
  return name.includes('*') ? 'must be one name; that a provider takes any model is said in its own models' : null;
}

/** @throws {OperationError} `already_exists` or `invalid_field`. */
export function addEntry(entries: readonly ModelConfig[], fields: ModelFields): ModelConfig[] {
  refuseName(entries, fields.name);
  return [...entries, writeEntry(fields)];
}

/** @throws {OperationError} `not_found`, `already_exists` or `invalid_field`. */
export function changeEntry(
  entries: readonly ModelConfig[],
  name: string,
  patch: Readonly<Record<string, unknown>>,
  provider: string,
): { readonly models: ModelConfig[]; readonly name: string } {
  const place = placeOf(entries, name, provider);
  const before = entries[place];
  if (patch['name'] === null) throw refuseFields([{ path: 'name', message: 'cannot be taken away' }]);
  const after = patchBody(fieldsOfEntry(before ?? name), patch) as ModelFields;
  if (after.name !== name) refuseName(entries, after.name);
  return { models: entries.with(place, writeEntry(after)), name: after.name };
}

/** @throws {OperationError} `not_found` or `conflict`. */
export function removeEntry(entries: readonly ModelConfig[], name: string, provider: string): ModelConfig[] {
  const left = entries.toSpliced(placeOf(entries, name, provider), 1);
  if (left.length > 0) return left;
  throw new OperationError(
    'conflict',
    `${name} is the only model of ${provider}, and without a list the provider would take any name. Disable or remove the provider, or add another model first.`,
  );
}

function placeOf(entries: readonly ModelConfig[], name: string, provider: string): number {
  const place = name === ANY_MODEL ? -1 : entries.findIndex((entry) => nameOfEntry(entry) === name);
  if (place === -1) throw new OperationError('not_found', `The provider ${provider} lists no model ${name}.`);
  return place;
}

function refuseName(entries: readonly ModelConfig[], name: string): void {
  const problem = problemOfName(name);
  if (problem !== null) throw refuseFields([{ path: 'name', message: problem }]);
  if (entries.some((entry) => nameOfEntry(entry) === name))
    throw new OperationError('already_exists', `The provider lists a model ${name} already.`, { problems: [{ path: 'name', message: 'is taken' }] });
}
