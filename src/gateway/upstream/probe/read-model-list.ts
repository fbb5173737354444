import { isObject, positiveAt, type JsonObject } from '../../../lib/json-reading.ts';
import type { ListedModel } from '../../../ports/upstream-probe.ts';

const LONGEST_ID = 256;
const LONGEST_OWNER = 100;
/** The names under which vendors tell the limits of a model. */
const CONTEXT = ['context_length', 'context_window', 'max_context_length', 'max_model_len', 'max_input_tokens', 'inputTokenLimit'];
const OUTPUT = ['max_output_tokens', 'max_completion_tokens', 'outputTokenLimit', 'max_tokens'];

/** One page of a vendor's list. */
export interface ModelPage {
  readonly models: readonly ListedModel[];
  /** What the next page is asked for with; null: this was the last. */
  readonly next: string | null;
}

/** Reads a list of models in any of the vendors' forms; null when it is none. Entries without a usable id are passed over. */
export function readModelList(json: unknown): ModelPage | null {
  const whole: JsonObject = isObject(json) ? json : { data: json };
  const entries = [whole['data'], whole['models']].find((list): list is readonly unknown[] => Array.isArray(list));
  if (entries === undefined) return null;
  return { models: entries.filter(isObject).flatMap(readModel), next: nextOf(whole) };
}

/** Gemini names the next page; Anthropic goes on behind the last id. */
function nextOf(whole: JsonObject): string | null {
  const token = whole['nextPageToken'] ?? (whole['has_more'] === true ? whole['last_id'] : null);
  return typeof token === 'string' && token !== '' ? token : null;
}

function readModel(entry: JsonObject): readonly ListedModel[] {
  const id = textOf(entry['id'] ?? entry['name'] ?? entry['model'])?.replace(/^models\//u, '');
  if (id === undefined || id === '' || id.length > LONGEST_ID || /\p{Cc}/u.test(id)) return [];
  const name = textOf(entry['display_name'] ?? entry['displayName'] ?? entry['name']);
  const top = isObject(entry['top_provider']) ? entry['top_provider'] : {};
  return [
    {
      id,
      name: shortened(name === undefined || name === '' ? id : name.replace(/^models\//u, ''), LONGEST_ID),
      created: readTime(entry['created'] ?? entry['created_at']),
      object: 'model',
      owned_by: ownerOf(entry),
      contextTokens: firstPositive(entry, CONTEXT),
      maxOutputTokens: firstPositive(entry, OUTPUT) ?? firstPositive(top, OUTPUT),
    },
  ];
}

function ownerOf(entry: JsonObject): string | null {
  const owner = textOf(entry['owned_by']);
  return owner === undefined || owner === '' ? null : shortened(owner, LONGEST_OWNER);
}

/** Unix seconds, or a date. */
function readTime(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? Math.floor(value) : null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? Math.floor(ms / 1000) : null;
}

function firstPositive(entry: JsonObject, names: readonly string[]): number | null {
  for (const name of names) {
    const found = positiveAt(entry, name);
    if (found !== null && Number.isSafeInteger(found)) return found;
  }
  return null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}

function shortened(text: string, most: number): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, most)
    .toWellFormed();
}
