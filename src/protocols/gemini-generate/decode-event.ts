import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext, EventDecoder } from '../translation.ts';
import { CallReader, candidatesOf, createdAtOf, indexOf, partsOf, signatureOf, textAt } from './answer-reading.ts';
import { decodeGenerateError, findGenerateError } from './errors.ts';
import { citationsOf } from './grounding.ts';
import { openaiLogprobsOf } from './logprobs.ts';
import { isFinishReason, stopReasonOf } from './stop-reasons.ts';
import { readGenerateUsage } from './usage.ts';

/** One candidate of the stream so far. */
interface Choice {
  readonly index: number;
  /** All visible text: places of citations are counted in it. */
  text: string;
  calls: number;
  /** What the last part was. */
  last: 'nothing' | 'text' | 'thought' | 'call';
  /** The last one counts: some models write STOP on each frame. */
  finishReason: string | null;
  readonly citations: Set<string>;
}

/** Reads a stream of `:streamGenerateContent`: each frame is a whole answer that holds what is new. Only its end tells that it ended. */
export class GenerateEventDecoder implements EventDecoder {
  /** The protocol has no last event. */
  readonly isFinal = false;
  readonly #calls: CallReader;
  readonly #choices = new Map<number, Choice>();
  #hasStarted = false;
  #isBlocked = false;
  #isOver = false;

  constructor(context: DecodeContext) {
    this.#calls = new CallReader(context.requestId);
  }

  decode(_name: string, data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#isOver) return;
    const error = findGenerateError(data);
    if (error !== null) {
      this.#isOver = true;
      out.push({ type: 'error', error: decodeGenerateError(0, data) });
      return;
    }
    this.#calls.learnAnswerId(textAt(data, 'responseId'));
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      out.push({ type: 'start', id: textAt(data, 'responseId'), model: textAt(data, 'modelVersion'), createdAt: createdAtOf(data) });
    }
    for (const [position, candidate] of candidatesOf(data).entries()) this.#readCandidate(candidate, indexOf(candidate, position), out);
    if (isFinishReason(objectAt(data, 'promptFeedback')['blockReason'])) this.#isBlocked = true;
    const usage = readGenerateUsage(data);
    if (usage !== null) out.push({ type: 'usage', usage });
  }

  close(out: CanonicalEvent[]): boolean {
    if (this.#isOver) return false;
    const choices = [...this.#choices.values()];
    const isComplete = choices.length > 0 ? choices.every(({ finishReason }) => finishReason !== null) : this.#isBlocked;
    // A prompt may be found out while its answer is on the way.
    if (!isComplete && !this.#isBlocked) return false;
    this.#isOver = true;
    for (const choice of choices) {
      endThought(choice, out);
      const stop = choice.finishReason === null ? 'blocked' : stopReasonOf(choice.finishReason, choice.calls > 0);
      out.push({ type: 'finish', choice: choice.index, stop, stopSequence: null });
    }
    if (choices.length === 0) out.push({ type: 'finish', choice: 0, stop: 'blocked', stopSequence: null });
    out.push({ type: 'end' });
    return true;
  }

  #readCandidate(candidate: JsonObject, index: number, out: CanonicalEvent[]): void {
    const choice = this.#choiceOf(index);
    for (const part of partsOf(candidate)) this.#readPart(part, choice, out);
    const logprobs = openaiLogprobsOf(candidate['logprobsResult']);
    if (logprobs !== null) out.push({ type: 'logprobs', choice: index, logprobs });
    if (candidate['groundingMetadata'] !== undefined || candidate['citationMetadata'] !== undefined) readCitations(candidate, choice, out);
    if (isFinishReason(candidate['finishReason'])) choice.finishReason = candidate['finishReason'];
  }

  #choiceOf(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { index, text: '', calls: 0, last: 'nothing', finishReason: null, citations: new Set() };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #readPart(part: JsonObject, choice: Choice, out: CanonicalEvent[]): void {
    if (isObject(part['functionCall'])) this.#readCall(part, part['functionCall'], choice, out);
    else if (part['thought'] === true) readThought(part, choice, out);
    else readText(part, choice, out);
  }

  #readCall(part: JsonObject, functionCall: JsonObject, choice: Choice, out: CanonicalEvent[]): void {
    endThought(choice, out);
    const { id, name, input } = this.#calls.read(functionCall);
    const state = signatureOf(part);
    const place = { choice: choice.index, call: choice.calls };
    choice.calls += 1;
    choice.last = 'call';
    out.push({ type: 'call-start', ...place, id, name, kind: 'function', ...(state === null ? {} : { state }) });
    out.push({ type: 'call-input', ...place, text: input }, { type: 'call-end', ...place });
  }
}

function readThought(part: JsonObject, choice: Choice, out: CanonicalEvent[]): void {
  const text = textAt(part, 'text');
  const state = signatureOf(part);
  if (text !== '') {
    out.push({ type: 'thinking', choice: choice.index, text });
    choice.last = 'thought';
  }
  if (state !== null) {
    out.push({ type: 'thinking-state', choice: choice.index, state });
    choice.last = 'nothing';
  }
}

function readText(part: JsonObject, choice: Choice, out: CanonicalEvent[]): void {
  const text = textAt(part, 'text');
  const state = signatureOf(part);
  if (text !== '') {
    endThought(choice, out);
    choice.text += text;
    choice.last = 'text';
    out.push({ type: 'text', choice: choice.index, text });
  }
  if (state === null) return;
  // A signature on an empty text belongs to the text before it; where there is none, to the thought.
  out.push({ type: choice.last === 'text' ? 'text-state' : 'thinking-state', choice: choice.index, state });
  choice.last = 'nothing';
}

function endThought(choice: Choice, out: CanonicalEvent[]): void {
  if (choice.last !== 'thought') return;
  choice.last = 'nothing';
  out.push({ type: 'thinking-end', choice: choice.index });
}

/** Frames may repeat what they told before. */
function readCitations(candidate: JsonObject, choice: Choice, out: CanonicalEvent[]): void {
  for (const citation of citationsOf(candidate, choice.text)) {
    const key = JSON.stringify([citation.url, citation.start, citation.end]);
    if (choice.citations.has(key)) continue;
    choice.citations.add(key);
    out.push({ type: 'citation', choice: choice.index, citation });
  }
}
