import type { ModelConfig } from '../../config/schema/gateway-config-schema.ts';
import type { ImportNotes } from './import-notes.ts';
import { noteUnknownFields } from './known-fields.ts';
import { readJson, type OldModel } from './llm-gateway-rows.ts';
import { isSet, numberOf, type OldRecord, recordOf } from './old-values.ts';

type ModelRecord = Exclude<ModelConfig, string>;

const TOKENS_OF_PRICE = 1_000_000;
const LONGEST_NAME = 256;
/** Figures, and what a vendor calls itself in a price list. */
const CARRIED = new Set(
  `max_tokens max_completion_tokens max_output_tokens max_input_tokens context_length input_cost_per_token output_cost_per_token
  input_cost_per_token_cache_hit litellm_provider provider mode`.split(/\s+/u),
);

/** Figures of a model that are the same under each of its names, with notes about the rest of what was written. */
export function figuresOfModel({ row, where }: Pick<OldModel, 'row' | 'where'>, notes: ImportNotes): Omit<ModelRecord, 'name' | 'upstream'> {
  for (const [column, what] of [
    ['prompt_config', 'the rule that changes its prompts'],
    ['compression_config', 'the compression of its messages'],
  ] as const) {
    if (isSet(readJson(row, column, where, notes))) notes.leftOut('field', where, `${what} (${column}) has no counterpart in this release; left out`);
  }
  const attributes = recordOf(readJson(row, 'model_attributes', where, notes));
  if (attributes === null) return {};
  const supports = Object.entries(attributes).filter(([name, value]) => name.startsWith('supports_') && isSet(value));
  if (supports.length > 0)
    notes.leftOut('field', where, 'what it supports (supports_…) is left out: nothing is held back from a model of which nothing is said');
  noteUnknownFields(withoutSupports(attributes), CARRIED, `${where}, model_attributes`, notes);
  return figuresOf(attributes);
}

function withoutSupports(attributes: OldRecord): OldRecord {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith('supports_') && name !== '__proto__'));
}

function figuresOf(attributes: OldRecord): Omit<ModelRecord, 'name' | 'upstream'> {
  const context = firstCount(attributes, ['context_length', 'max_input_tokens']);
  const output = firstCount(attributes, ['max_output_tokens', 'max_completion_tokens', 'max_tokens']);
  const price = {
    input: dollarsOf(attributes['input_cost_per_token']),
    output: dollarsOf(attributes['output_cost_per_token']),
    cacheRead: dollarsOf(attributes['input_cost_per_token_cache_hit']),
  };
  const { input, output: answer, cacheRead } = price;
  return {
    ...(context === undefined ? {} : { contextTokens: context }),
    ...(output === undefined ? {} : { maxOutputTokens: output }),
    // Half a price would make the other half free.
    ...(input === undefined || answer === undefined ? {} : { price: { input, output: answer, ...(cacheRead === undefined ? {} : { cacheRead }) } }),
  };
}

function firstCount(attributes: OldRecord, names: readonly string[]): number | undefined {
  return names
    .map((name) => numberOf(attributes[name]))
    .filter((number) => number !== null)
    .find((number) => Number.isSafeInteger(number) && number > 0 && number <= 1_000_000_000);
}

/** Dollars per million tokens, without the dust of binary fractions. */
function dollarsOf(perToken: unknown): number | undefined {
  const number = numberOf(perToken);
  if (number === null || number < 0 || number * TOKENS_OF_PRICE > 1_000_000) return undefined;
  return Math.round(number * TOKENS_OF_PRICE * 1e6) / 1e6;
}

/** True for what can be the name of one model here. */
export function isModelName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME && !name.includes('*');
}
