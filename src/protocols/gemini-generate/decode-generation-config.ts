import type { CanonicalReasoning, CanonicalRequest, Effort, OutputFormat } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { isSaid, readBoolean, readNumber, readObject, readString, readStrings, readWhole, refuseField } from './client-fields.ts';
import { jsonSchemaOf } from './openapi-schema.ts';
import type { UnmappedMembers } from './unmapped-members.ts';

const KNOWN = new Set([
  'temperature',
  'topP',
  'topK',
  'candidateCount',
  'maxOutputTokens',
  'stopSequences',
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'thinkingConfig',
]);
const KNOWN_THINKING = new Set(['includeThoughts', 'thinkingBudget', 'thinkingLevel']);
const MOST_STOP_SEQUENCES = 5;
const LEVELS: Readonly<Record<string, Effort | null>> = {
  THINKING_LEVEL_UNSPECIFIED: null,
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
};

type Settings = Pick<
  CanonicalRequest,
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'stop'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'logprobs'
  | 'answers'
  | 'outputFormat'
  | 'reasoning'
>;

/** `generationConfig`. */
export function decodeGenerationConfig(body: JsonObject, prefix: string, unmapped: UnmappedMembers): Settings {
  const path = `${prefix}generationConfig`;
  const config = readObject(body, 'generationConfig', path) ?? {};
  const at = (name: string): string => `${path}.${name}`;
  unmapped.addUnknown(config, KNOWN, path);
  // Words alone are what every protocol answers with.
  if (readStrings(config, 'responseModalities', at('responseModalities')).some((each) => each.toUpperCase() !== 'TEXT'))
    unmapped.add(at('responseModalities'), 'substance');
  const stop = readStrings(config, 'stopSequences', at('stopSequences'));
  if (stop.length > MOST_STOP_SEQUENCES) throw refuseField(at('stopSequences'), `must have at most ${MOST_STOP_SEQUENCES} members`);
  return {
    maxOutputTokens: readWhole(config, 'maxOutputTokens', at('maxOutputTokens'), 1),
    temperature: readBetween(config, 'temperature', at('temperature'), 0, 2),
    topP: readBetween(config, 'topP', at('topP'), 0, 1),
    topK: readNumber(config, 'topK', at('topK')),
    stop: stop.filter((each) => each !== ''),
    seed: readWhole(config, 'seed', at('seed'), Number.MIN_SAFE_INTEGER),
    frequencyPenalty: readBetween(config, 'frequencyPenalty', at('frequencyPenalty'), -2, 2),
    presencePenalty: readBetween(config, 'presencePenalty', at('presencePenalty'), -2, 2),
    logprobs: decodeLogprobs(config, path, unmapped),
    answers: readWhole(config, 'candidateCount', at('candidateCount'), 1) ?? 1,
    outputFormat: decodeOutputFormat(config, path, unmapped),
    reasoning: decodeReasoning(config, at('thinkingConfig'), unmapped),
  };
}

function readBetween(config: JsonObject, name: string, path: string, least: number, most: number): number | null {
  const number = readNumber(config, name, path);
  if (number !== null && (number < least || number > most)) throw refuseField(path, `must be between ${least} and ${most}`);
  return number;
}

function decodeLogprobs(config: JsonObject, path: string, unmapped: UnmappedMembers): number | null {
  const alternatives = readWhole(config, 'logprobs', `${path}.logprobs`, 0);
  if (readBoolean(config, 'responseLogprobs', `${path}.responseLogprobs`) === true) return alternatives ?? 0;
  // A number of alternatives asks for nothing without its switch.
  if (alternatives !== null && alternatives > 0) unmapped.add(`${path}.logprobs`);
  return null;
}

function decodeOutputFormat(config: JsonObject, path: string, unmapped: UnmappedMembers): OutputFormat | null {
  const schema = readObject(config, 'responseSchema', `${path}.responseSchema`);
  const jsonSchema = readObject(config, 'responseJsonSchema', `${path}.responseJsonSchema`);
  if (schema !== null && jsonSchema !== null) throw refuseField(`${path}.responseSchema`, 'and "responseJsonSchema" exclude each other');
  const mediaType = (readString(config, 'responseMimeType', `${path}.responseMimeType`) ?? '').toLowerCase();
  // One word of a list, without quotes: no other protocol has that.
  if (mediaType !== '' && mediaType !== 'text/plain' && mediaType !== 'application/json') {
    unmapped.add(`${path}.responseMimeType`, 'substance');
    return null;
  }
  const found = jsonSchema ?? (schema === null ? null : jsonSchemaOf(schema));
  if (found !== null) return { type: 'json-schema', schema: found, name: null, description: null, strict: null };
  return mediaType === 'application/json' ? { type: 'json-object' } : null;
}

function decodeReasoning(config: JsonObject, path: string, unmapped: UnmappedMembers): CanonicalReasoning | null {
  const thinking = readObject(config, 'thinkingConfig', path);
  if (thinking === null || !isSaid(thinking)) return null;
  unmapped.addUnknown(thinking, KNOWN_THINKING, path);
  const budget = readWhole(thinking, 'thinkingBudget', `${path}.thinkingBudget`, -1);
  const level = readString(thinking, 'thinkingLevel', `${path}.thinkingLevel`);
  const effort = level === null ? null : LEVELS[level.toUpperCase()];
  if (effort === undefined) throw refuseField(`${path}.thinkingLevel`, 'must be MINIMAL, LOW, MEDIUM or HIGH');
  if (budget !== null && effort !== null) throw refuseField(`${path}.thinkingBudget`, 'and "thinkingLevel" exclude each other');
  const shown = readBoolean(thinking, 'includeThoughts', `${path}.includeThoughts`);
  return {
    isOn: budget !== 0,
    effort,
    // -1: as much as the model likes.
    budgetTokens: budget !== null && budget > 0 ? budget : null,
    display: shown === null ? null : shown ? 'shown' : 'hidden',
  };
}
