import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';

/** A model with all that is written of it; `*` is none. */
export type ModelFields = Exclude<ModelConfig, string>;

export const ANY_MODEL = '*';

export function nameOfEntry(entry: ModelConfig): string {
  return typeof entry === 'string' ? entry : entry.name;
}

export function fieldsOfEntry(entry: ModelConfig): ModelFields {
  return typeof entry === 'string' ? { name: entry } : entry;
}

/** As it is written: the name alone where nothing else is set. */
export function writeEntry({ upstream, ...fields }: ModelFields): ModelConfig {
  const entry = upstream === undefined || upstream === fields.name ? fields : { ...fields, upstream };
  return Object.keys(entry).length === 1 ? entry.name : entry;
}

/** The list of a provider; without one it takes any name, and that is written out so that a model more does not end it. */
export function entriesOf(body: Readonly<Record<string, unknown>>): readonly ModelConfig[] {
  return Array.isArray(body['models']) ? (body['models'] as readonly ModelConfig[]) : [ANY_MODEL];
}
