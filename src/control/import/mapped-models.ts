import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ImportNotes } from './import-notes.ts';
import { noteUnknownFields } from './known-fields.ts';
import { numberOf, type OldRecord, recordOf, textOf } from './old-values.ts';

/** A model as an older program maps it, without the names that are no names here. */
export interface MappedModels {
  readonly models: readonly Exclude<ModelConfig, string>[];
  /** Something was mapped that is no plain name: a list would be shorter than it was. */
  readonly isCut: boolean;
}

const PATTERN = /[*()[\]{}|]|\.\+/u;
const LONGEST_NAME = 256;
const ENTRY_FIELDS = new Set(
  'mapped_model max_tokens max_input_tokens max_output_tokens input_cost_per_1k_tokens output_cost_per_1k_tokens'.split(' '),
);

/** Reads a `model_mapping`: public name → upstream name, or → a record with `mapped_model` and figures. */
export function mappedModels(mapping: unknown, where: string, notes: ImportNotes): MappedModels {
  const record = recordOf(mapping);
  if (record === null) {
    if (mapping !== null && mapping !== undefined) notes.leftOut('field', where, 'the model mapping cannot be read; left out');
    return { models: [], isCut: mapping !== null && mapping !== undefined };
  }
  const entries = Object.entries(record);
  const models = entries.map(([name, value]) => mappedModel(name.trim(), value, where, notes)).filter((model) => model !== null);
  return { models, isCut: models.length < entries.length };
}

function mappedModel(name: string, value: unknown, where: string, notes: ImportNotes): Exclude<ModelConfig, string> | null {
  const entry = recordOf(value);
  const upstream = textOf(entry === null ? value : entry['mapped_model']);
  if (PATTERN.test(name)) {
    notes.leftOut('model', where, 'a mapping of a pattern of names is left out; write the names one by one');
    return null;
  }
  if (name === '' || upstream === '' || name.length > LONGEST_NAME || upstream.length > LONGEST_NAME) {
    notes.leftOut('model', where, 'a mapping without a name or a target, or of more than 256 characters, is left out');
    return null;
  }
  if (entry === null) return { name, upstream };
  noteUnknownFields(entry, ENTRY_FIELDS, `${where}, models`, notes);
  return { name, upstream, ...figuresOf(entry) };
}

function figuresOf(entry: OldRecord): Partial<Exclude<ModelConfig, string>> {
  const context = countOf(entry['max_tokens']) ?? countOf(entry['max_input_tokens']);
  const output = countOf(entry['max_output_tokens']);
  const [input, answer] = [entry['input_cost_per_1k_tokens'], entry['output_cost_per_1k_tokens']].map((cost) => {
    const dollars = numberOf(cost);
    return dollars === null || dollars < 0 ? undefined : Math.round(dollars * 1e9) / 1e6;
  });
  return {
    ...(context === undefined ? {} : { contextTokens: context }),
    ...(output === undefined ? {} : { maxOutputTokens: output }),
    ...(input === undefined || answer === undefined ? {} : { price: { input, output: answer } }),
  };
}

function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) && number > 0 && number <= 1_000_000_000 ? number : undefined;
}
