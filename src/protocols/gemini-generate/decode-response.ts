import type { CanonicalPart, TextPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext } from '../translation.ts';
import { CallReader, candidatesOf, createdAtOf, indexOf, partsOf, signatureOf, textAt } from './answer-reading.ts';
import { AssistantParts } from './assistant-parts.ts';
import { citationsOf } from './grounding.ts';
import { openaiLogprobsOf } from './logprobs.ts';
import { stopReasonOf } from './stop-reasons.ts';
import { readGenerateUsage } from './usage.ts';

/** A blocked prompt has no candidates; whoever asked gets one answer that says so. */
const BLOCKED: CanonicalChoice = { index: 0, parts: [], stop: 'blocked', stopSequence: null, logprobs: null };

export function decodeGenerateResponse(body: JsonObject, context: DecodeContext): CanonicalResponse {
  const id = textAt(body, 'responseId');
  const calls = new CallReader(context.requestId);
  calls.learnAnswerId(id);
  const choices = candidatesOf(body).map((candidate, position) => decodeCandidate(candidate, position, calls));
  return {
    id,
    model: textAt(body, 'modelVersion'),
    createdAt: createdAtOf(body),
    choices: choices.length === 0 ? [BLOCKED] : choices,
    usage: readGenerateUsage(body),
  };
}

function decodeCandidate(candidate: JsonObject, position: number, calls: CallReader): CanonicalChoice {
  const parts: CanonicalPart[] = [];
  const assistant = new AssistantParts((part) => void parts.push(part));
  let text = '';
  for (const part of partsOf(candidate)) {
    const state = signatureOf(part);
    if (isObject(part['functionCall'])) assistant.addWhole({ type: 'tool-call', kind: 'function', ...calls.read(part['functionCall']) }, state);
    else if (part['thought'] === true) assistant.addThought(textAt(part, 'text'), state);
    else {
      text += textAt(part, 'text');
      assistant.addText(textAt(part, 'text'), state);
    }
  }
  assistant.close();
  return {
    index: indexOf(candidate, position),
    parts: withCitations(parts, candidate, text),
    stop: stopReasonOf(
      candidate['finishReason'],
      parts.some(({ type }) => type === 'tool-call'),
    ),
    stopSequence: null,
    logprobs: openaiLogprobsOf(candidate['logprobsResult']),
  };
}

/** On the last text; their places hold when it is the only one. */
function withCitations(parts: readonly CanonicalPart[], candidate: JsonObject, text: string): readonly CanonicalPart[] {
  const place = parts.findLastIndex(({ type }) => type === 'text');
  const last = parts[place];
  if (last === undefined) return parts;
  const found = citationsOf(candidate, text);
  if (found.length === 0) return parts;
  const isOnly = (last as TextPart).text === text;
  const citations = isOnly ? found : found.map((citation) => ({ ...citation, start: null, end: null }));
  return parts.with(place, { ...(last as TextPart), citations });
}
