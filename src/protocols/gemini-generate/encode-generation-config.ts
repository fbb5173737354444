import type { CanonicalReasoning, CanonicalRequest, Effort } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { budgetOfEffort, effortOfBudget, nearestEffort } from '../../domain/canonical/reasoning-budget.ts';
import type { ModelTraits, ThinkingTraits } from '../../domain/model-traits.ts';
import { takenStops } from '../../domain/canonical/taken-stops.ts';
import { canStopThinking } from './carries.ts';
import { isJsonRefused } from './json-instruction.ts';
import { withoutSchemaUri } from './plain-json-schema.ts';
import type { WireGenerationConfig, WireThinkingConfig } from './wire-types.ts';

const MOST_LOGPROBS = 20;
/** The API takes less than 2. */
const MOST_PENALTY = 1.99;
/** What all models of the 2.5 family take; only Pro refuses less than 128. */
const MOST_BUDGET = 24_576;
const LEAST_BUDGET = 128;
/** The longest answer of a model of which nothing is known. */
const USUAL_LONGEST = 65_536;
const INT32 = 2 ** 31;

const LEVELS: Readonly<Partial<Record<Effort, WireThinkingConfig['thinkingLevel']>>> = {
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
};

/** `generationConfig`; null when there is nothing to say. */
export function encodeGenerationConfig(request: CanonicalRequest, traits: ModelTraits, drops: Drops): WireGenerationConfig | null {
  const config: WireGenerationConfig = {};
  if (request.maxOutputTokens !== null) config.maxOutputTokens = Math.min(request.maxOutputTokens, traits.maxOutputTokens ?? request.maxOutputTokens);
  writeSampling(config, request, traits, drops);
  const stops = takenStops(request.stop, traits.stops, drops);
  if (stops.length > 0) config.stopSequences = stops;
  // 32 bits there; a longer seed becomes a shorter one, always the same.
  if (request.seed !== null) config.seed = Math.abs(request.seed) < INT32 ? request.seed : request.seed % INT32;
  if (request.frequencyPenalty !== null && traits.penalties) config.frequencyPenalty = Math.min(request.frequencyPenalty, MOST_PENALTY);
  if (request.presencePenalty !== null && traits.penalties) config.presencePenalty = Math.min(request.presencePenalty, MOST_PENALTY);
  if (request.logprobs !== null) {
    config.responseLogprobs = true;
    if (request.logprobs > 0) config.logprobs = Math.min(request.logprobs, MOST_LOGPROBS);
  }
  if (request.answers > 1) config.candidateCount = request.answers;
  writeOutputFormat(config, request, traits);
  const thinking = encodeThinking(request, traits, drops);
  if (thinking !== null) config.thinkingConfig = thinking;
  return Object.keys(config).length === 0 ? null : config;
}

function writeSampling(config: WireGenerationConfig, request: CanonicalRequest, traits: ModelTraits, drops: Drops): void {
  const { temperature, topP, topK } = request;
  const isRefused = traits.sampling === 'none' || (!traits.samplingWhileThinking && request.reasoning?.isOn === true);
  if (temperature !== null) {
    if (isRefused) drops.add('temperature');
    else config.temperature = temperature;
  }
  if (topP !== null) {
    if (isRefused || (traits.sampling === 'one' && temperature !== null)) drops.add('top-p');
    else config.topP = topP;
  }
  if (topK !== null) {
    if (isRefused) drops.add('top-k');
    else config.topK = topK;
  }
}

function writeOutputFormat(config: WireGenerationConfig, request: CanonicalRequest, traits: ModelTraits): void {
  const format = request.outputFormat;
  if (format === null || isJsonRefused(request, traits)) return;
  config.responseMimeType = 'application/json';
  if (format.type === 'json-schema' && format.schema !== null && traits.jsonSchema && !traits.lacks.has('jsonSchema'))
    config.responseJsonSchema = withoutSchemaUri(format.schema);
}

function encodeThinking(request: CanonicalRequest, traits: ModelTraits, drops: Drops): WireThinkingConfig | null {
  const { reasoning } = request;
  const { thinking } = traits;
  if (reasoning === null || thinking === null || traits.lacks.has('thinking')) return null;
  const config: WireThinkingConfig = {};
  // Not to be shown is what the API does by itself.
  if (reasoning.display === 'shown' && reasoning.isOn) config.includeThoughts = true;
  if (!reasoning.isOn) writeOff(config, thinking, drops);
  else if (reasoning.effort !== null || reasoning.budgetTokens !== null)
    writeAmount(config, reasoning, thinking, longestAnswer(request, traits), drops);
  return Object.keys(config).length === 0 ? null : config;
}

function longestAnswer(request: CanonicalRequest, traits: ModelTraits): number {
  return request.maxOutputTokens ?? traits.maxOutputTokens ?? USUAL_LONGEST;
}

/** A model that cannot stop thinking thinks as little as it can. */
function writeOff(config: WireThinkingConfig, thinking: ThinkingTraits, drops: Drops): void {
  if (thinking.off === 'unasked') return;
  if (canStopThinking(thinking)) {
    config.thinkingBudget = 0;
    return;
  }
  drops.add('thinking-level');
  const level = levelOf('minimal', thinking);
  if (level !== undefined) config.thinkingLevel = level;
  else if (thinking.takesBudget) config.thinkingBudget = LEAST_BUDGET;
}

/** In the client's own words where the model takes both; never a level and a budget. */
function writeAmount(config: WireThinkingConfig, reasoning: CanonicalReasoning, thinking: ThinkingTraits, longest: number, drops: Drops): void {
  const { effort, budgetTokens } = reasoning;
  const byBudget = thinking.takesBudget && (budgetTokens !== null || thinking.efforts.length === 0);
  if (byBudget) {
    const budget = budgetTokens ?? (effort === null ? 0 : budgetOfEffort(effort, longest));
    config.thinkingBudget = Math.min(budget, thinking.mostBudget ?? MOST_BUDGET);
    return;
  }
  const level = levelOf(effort ?? effortOfBudget(budgetTokens ?? 0, longest), thinking);
  if (level === undefined) drops.add('thinking-level');
  else config.thinkingLevel = level;
}

function levelOf(effort: Effort, thinking: ThinkingTraits): WireThinkingConfig['thinkingLevel'] {
  const nearest = nearestEffort(
    effort,
    thinking.efforts.filter((each) => LEVELS[each] !== undefined),
  );
  return nearest === null ? undefined : LEVELS[nearest];
}
