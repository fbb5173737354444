import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import { readFinishReason } from '../openai-finish-reason.ts';
import { readCompletionUsage } from './usage.ts';

/** A whole legacy completion of an upstream. */
export function decodeResponse(body: JsonObject): CanonicalResponse {
  const { id, model, choices } = body;
  const read = (Array.isArray(choices) ? choices : []).filter(isObject).map(decodeChoice);
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAt: countAt(body, 'created') || null,
    choices: read.length > 0 ? read : [{ index: 0, parts: [], stop: 'end', stopSequence: null, logprobs: null }],
    usage: readCompletionUsage(body),
  };
}

function decodeChoice(choice: JsonObject, place: number): CanonicalChoice {
  const { text, index } = choice;
  return {
    index: typeof index === 'number' && Number.isInteger(index) ? index : place,
    parts: typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : [],
    stop: readFinishReason(choice['finish_reason'], false, false),
    stopSequence: null,
    // Legacy probabilities have a form of their own, and no translated request asks for them.
    logprobs: null,
  };
}
