import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { openaiAnswerId } from '../openai-answer-id.ts';
import type { AnswerContext } from '../translation.ts';
import { completionFinishReason } from './completion-finish-reason.ts';
import { writeCompletionUsage } from './usage.ts';
import type { CompletionChoice } from './wire-types.ts';

/** A legacy completion for a client: the text of each answer. Thoughts have no place in it. */
export function encodeResponse(response: CanonicalResponse, context: AnswerContext): string {
  return JSON.stringify({
    id: openaiAnswerId('cmpl-', response.id, context.requestId),
    object: 'text_completion',
    created: response.createdAt ?? context.now,
    model: context.publicModel,
    choices: response.choices.map(encodeChoice),
    ...(response.usage === null ? {} : { usage: writeCompletionUsage(response.usage) }),
  });
}

function encodeChoice({ index, parts, stop }: CanonicalChoice): CompletionChoice {
  const text = parts.map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join('');
  return { text, index, logprobs: null, finish_reason: completionFinishReason(stop) };
}
