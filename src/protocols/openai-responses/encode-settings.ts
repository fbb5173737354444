import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { effortOfBudget, nearestEffort } from '../../domain/canonical/reasoning-budget.ts';
import { legalToolCallId } from '../../domain/canonical/tool-call-id.ts';
import type { ModelTraits, ThinkingTraits } from '../../domain/model-traits.ts';
import { carriesOfResponses } from './carries.ts';
import { LONGEST_ID } from './reasoning-item.ts';
import { maySample } from '../openai-sampling.ts';
import { passedEffort } from '../openai-passed-effort.ts';
import { isStrictSchema } from '../openai-strict-schema.ts';
import type { EncodeTarget } from '../translation.ts';
import type { WireReasoning, WireTextFormat } from './wire-types.ts';

/** The longest answer of a model of which nothing is known, to measure a budget of thought by. */
const USUAL_LONGEST = 32_000;

/** How the model may think; null: nothing to say. */
export function writeReasoning(request: CanonicalRequest, traits: ModelTraits, drops: Drops): WireReasoning | null {
  const wish = request.reasoning;
  if (wish === null) return null;
  const thinking = traits.lacks.has('thinking') ? null : traits.thinking;
  const passed = passedEffort(request, traits);
  if (thinking === null) {
    if (wish.display !== null) drops.add('thinking-display');
    if (passed !== null) return { effort: passed };
    if (wish.isOn && (wish.effort !== null || wish.budgetTokens !== null)) drops.add('thinking');
    if (wish.effort !== null || wish.budgetTokens !== null) drops.add('thinking-level');
    return null;
  }
  const isSilent = !wish.isOn && thinking.off === 'unasked';
  const effort = wish.isOn ? writeEffort(request, traits, thinking) : writeOff(thinking);
  if (effort === null && !isSilent && (wish.effort !== null || wish.budgetTokens !== null || !wish.isOn)) drops.add('thinking-level');
  if (!wish.isOn && !isSilent && effort !== 'none') drops.add('thinking-level');
  const summary = wish.display === 'shown' && wish.isOn ? 'auto' : null;
  if (effort === null && summary === null) return null;
  return { ...(effort === null ? {} : { effort }), ...(summary === null ? {} : { summary }) };
}

function writeEffort(request: CanonicalRequest, traits: ModelTraits, thinking: ThinkingTraits): string | null {
  const { effort, budgetTokens } = request.reasoning ?? { effort: null, budgetTokens: null };
  if (effort !== null) return nearestEffort(effort, thinking.efforts);
  if (budgetTokens === null) return null;
  // A budget is a share of the answer that the client allows.
  return nearestEffort(effortOfBudget(budgetTokens, request.maxOutputTokens ?? traits.maxOutputTokens ?? USUAL_LONGEST), thinking.efforts);
}

/** A model that cannot be told not to think is told to think the least. */
function writeOff(thinking: ThinkingTraits): string | null {
  if (thinking.off === 'unasked') return null;
  return thinking.off === null ? (thinking.efforts[0] ?? null) : 'none';
}

/** Temperature and top_p, as far as the model takes them. */
export function writeSampling(request: CanonicalRequest, traits: ModelTraits, drops: Drops): { temperature?: number; top_p?: number } {
  const { temperature, topP } = request;
  const isRefused = !maySample(request, traits);
  const written: { temperature?: number; top_p?: number } = {};
  if (temperature !== null) {
    if (isRefused) drops.add('temperature');
    else written.temperature = temperature;
  }
  if (topP !== null) {
    if (isRefused || (traits.sampling === 'one' && temperature !== null)) drops.add('top-p');
    else written.top_p = topP;
  }
  return written;
}

/** `text.format`; null: plain text. */
export function writeFormat(request: CanonicalRequest, target: EncodeTarget, drops: Drops): WireTextFormat | null {
  const format = request.outputFormat;
  if (format === null) return null;
  if (format.type === 'json-object') return { type: 'json_object' };
  if (!carriesOfResponses(target).has('json-schema')) {
    drops.add('json-schema');
    return null;
  }
  const schema = format.schema ?? { type: 'object' };
  return {
    type: 'json_schema',
    name: legalToolCallId(format.name ?? 'answer'),
    ...(format.description === null ? {} : { description: format.description }),
    schema,
    strict: format.strict ?? isStrictSchema(schema),
  };
}

/** An id that is short enough: a longer one becomes the same other one each time. */
export function shortId(id: string): string {
  return id.length <= LONGEST_ID ? id : legalToolCallId(id);
}
