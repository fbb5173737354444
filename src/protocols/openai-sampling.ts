import type { CanonicalRequest } from '../domain/canonical/canonical-request.ts';
import type { Drops } from '../domain/canonical/drops.ts';
import type { Feature, FeatureNames } from '../domain/canonical/feature.ts';
import { takenStops, USUAL_STOPS } from '../domain/canonical/taken-stops.ts';
import type { ModelTraits } from '../domain/model-traits.ts';
import type { JsonObject } from '../lib/json-reading.ts';
import { listField, numberField, objectField, refuseField, wholeNumberField } from './openai-fields.ts';

type Sampling = Pick<CanonicalRequest, 'temperature' | 'topP' | 'stop' | 'seed' | 'frequencyPenalty' | 'presencePenalty' | 'logitBias' | 'answers'>;

const MOST_ANSWERS = 128;

/** What chat and legacy completions call the features of sampling. */
export const SAMPLING_NAMES = {
  'many-answers': 'n',
  temperature: 'temperature',
  'top-p': 'top_p',
  stop: 'stop',
  'many-stops': 'stop',
  'blank-stops': 'stop',
  seed: 'seed',
  'frequency-penalty': 'frequency_penalty',
  'presence-penalty': 'presence_penalty',
  'logit-bias': 'logit_bias',
} as const satisfies FeatureNames;

/** The fields that `readSampling` reads. */
export const SAMPLING_FIELDS: readonly string[] = Object.values(SAMPLING_NAMES);

/** How tokens are chosen, as chat and legacy completions both say it. */
export function readSampling(body: JsonObject): Sampling {
  return {
    temperature: numberField(body, 'temperature', 0, 2),
    topP: numberField(body, 'top_p', 0, 1),
    stop: readStop(body),
    seed: wholeNumberField(body, 'seed', Number.MIN_SAFE_INTEGER),
    frequencyPenalty: numberField(body, 'frequency_penalty', -2, 2),
    presencePenalty: numberField(body, 'presence_penalty', -2, 2),
    logitBias: readLogitBias(body),
    answers: wholeNumberField(body, 'n', 1, MOST_ANSWERS) ?? 1,
  };
}

function readStop(body: JsonObject): readonly string[] {
  const value = body['stop'] ?? null;
  if (value === null) return [];
  if (typeof value === 'string') return value === '' ? [] : [value];
  const list = listField(body, 'stop') ?? [];
  if (list.length > USUAL_STOPS) refuseField('stop', `has to hold at most ${USUAL_STOPS} strings`);
  return list
    .map((each, index) => (typeof each === 'string' ? each : refuseField(`stop[${index}]`, 'has to be a string')))
    .filter((each) => each !== '');
}

function readLogitBias(body: JsonObject): Readonly<Record<string, number>> | null {
  const value = objectField(body, 'logit_bias');
  if (value === null) return null;
  for (const token in value) {
    const bias = value[token];
    if (typeof bias !== 'number' || bias < -100 || bias > 100) refuseField(`logit_bias.${token}`, 'has to be a number from -100 to 100');
  }
  const entries = value as Readonly<Record<string, number>>;
  return Object.keys(entries).length === 0 ? null : entries;
}

/** Feature, field and value of what reasoning models refuse. */
function refusable(request: CanonicalRequest): readonly (readonly [Feature, string, unknown])[] {
  return [
    ['temperature', 'temperature', request.temperature],
    ['top-p', 'top_p', request.topP],
    ['frequency-penalty', 'frequency_penalty', request.frequencyPenalty],
    ['presence-penalty', 'presence_penalty', request.presencePenalty],
    ['logit-bias', 'logit_bias', request.logitBias],
  ];
}

/** The sampling fields that this target takes. */
export function writeSampling(request: CanonicalRequest, traits: ModelTraits, drops: Drops): JsonObject {
  const fields: Record<string, unknown> = {};
  const isFree = maySample(request, traits);
  for (const [feature, field, value] of refusable(request)) {
    if (value === null) continue;
    const isSecond = feature === 'top-p' && traits.sampling === 'one' && request.temperature !== null;
    if (isFree && !isSecond) fields[field] = value;
    else drops.add(feature);
  }
  if (request.topK !== null) drops.add('top-k');
  const stops = takenStops(request.stop, traits.stops, drops);
  if (stops.length > 0) fields['stop'] = stops;
  if (request.seed !== null) fields['seed'] = request.seed;
  if (request.answers > 1) fields['n'] = request.answers;
  return fields;
}

/** Features of sampling that a target is sure to take, whatever else the request says. */
export function carriedSampling(traits: ModelTraits): readonly Feature[] {
  const always: readonly Feature[] = ['seed', 'many-answers', ...carriedStops(traits.stops)];
  if (traits.sampling === 'none' || (!traits.samplingWhileThinking && traits.thinking !== null)) return always;
  const free: readonly Feature[] = [...always, 'temperature', 'frequency-penalty', 'presence-penalty', 'logit-bias'];
  return traits.sampling === 'one' ? free : [...free, 'top-p'];
}

function carriedStops(most: number): readonly Feature[] {
  const some: readonly Feature[] = most < USUAL_STOPS ? [] : ['stop', 'blank-stops'];
  return most === Number.POSITIVE_INFINITY ? [...some, 'many-stops'] : some;
}

/** Whether the model takes sampling parameters with this request. A model that can think does so unless it is told not to. */
export function maySample(request: CanonicalRequest, traits: ModelTraits): boolean {
  if (traits.sampling === 'none') return false;
  return traits.samplingWhileThinking || traits.thinking === null || request.reasoning?.isOn === false;
}
