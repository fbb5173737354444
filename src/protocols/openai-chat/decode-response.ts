import type { CanonicalPart, ToolCallPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { countAt, isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { readFinishReason } from '../openai-finish-reason.ts';
import type { DecodeContext } from '../translation.ts';
import { inventedCallId } from './invented-call-id.ts';
import { readAnnotations } from './read-annotations.ts';
import { readAnswerText } from './read-answer-text.ts';
import { readCallPieces } from './read-call-piece.ts';
import { readChatUsage } from './usage.ts';

/** A whole chat completion of an upstream. */
export function decodeResponse(body: JsonObject, { requestId }: DecodeContext): CanonicalResponse {
  const { id, model, choices } = body;
  const read = (Array.isArray(choices) ? choices : []).filter(isObject).map((choice, place) => decodeChoice(choice, place, requestId));
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAt: countAt(body, 'created') || null,
    choices: read.length > 0 ? read : [{ index: 0, parts: [], stop: 'end', stopSequence: null, logprobs: null }],
    usage: readChatUsage(body),
  };
}

function decodeChoice(choice: JsonObject, place: number, requestId: string): CanonicalChoice {
  const index = Number.isInteger(choice['index']) ? Number(choice['index']) : place;
  const message = objectAt(choice, 'message');
  const { thinking, text, refusal } = readAnswerText(message);
  const calls = decodeCalls(message, index, requestId);
  const citations = readAnnotations(message);
  const parts: CanonicalPart[] = [];
  if (thinking !== '') parts.push({ type: 'thinking', text: thinking, state: null });
  if (text !== '') parts.push({ type: 'text', text, ...(citations.length === 0 ? {} : { citations }) });
  if (refusal !== '') parts.push({ type: 'refusal', text: refusal });
  parts.push(...calls);
  return {
    index,
    parts,
    stop: readFinishReason(choice['finish_reason'], calls.length > 0, refusal !== ''),
    stopSequence: null,
    logprobs: isObject(choice['logprobs']) ? choice['logprobs'] : null,
  };
}

function decodeCalls(message: JsonObject, choice: number, requestId: string): readonly ToolCallPart[] {
  const ids = new Set<string>();
  const calls: ToolCallPart[] = [];
  for (const { id, name, kind, input, state } of readCallPieces(message)) {
    if (name === '') continue;
    // An id that two calls share would send both results to one of them.
    const own = id === '' || ids.has(id) ? inventedCallId(requestId, choice, calls.length) : id;
    ids.add(own);
    const told = kind === 'function' && input.trim() === '' ? '{}' : input;
    calls.push({ type: 'tool-call', id: own, name, kind, input: told, ...(state === null ? {} : { state }) });
  }
  return calls;
}
