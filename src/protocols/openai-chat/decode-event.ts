import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import { decodeOpenaiError, findOpenaiError } from '../openai-error-shape.ts';
import { readFinishReason } from '../openai-finish-reason.ts';
import type { DecodeContext, EventDecoder } from '../translation.ts';
import { CallGatherer } from './call-gatherer.ts';
import { readAnnotations } from './read-annotations.ts';
import { readAnswerText } from './read-answer-text.ts';
import { readCallPieces } from './read-call-piece.ts';
import { readChatUsage } from './usage.ts';

export function createEventDecoder(context: DecodeContext): EventDecoder {
  return new ChatEventDecoder(context);
}

interface OpenChoice {
  readonly calls: CallGatherer;
  isThinking: boolean;
  hasRefused: boolean;
  isFinished: boolean;
}

/** Reads the chunks of a chat stream. */
class ChatEventDecoder implements EventDecoder {
  /** The last event is `[DONE]`, which is no JSON and is not seen here. */
  readonly isFinal = false;
  readonly #requestId: string;
  readonly #choices = new Map<number, OpenChoice>();
  #hasStarted = false;
  #hasFailed = false;

  constructor({ requestId }: DecodeContext) {
    this.#requestId = requestId;
  }

  decode(_name: string, data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#hasFailed) return;
    const { choices } = data;
    if (findOpenaiError(data) !== null) return this.#fail(data, out);
    this.#start(data, out);
    if (Array.isArray(choices)) {
      for (let place = 0; place < choices.length; place += 1) {
        const choice: unknown = choices[place];
        if (isObject(choice)) this.#read(choice, place, out);
        if (this.#hasFailed) return;
      }
    }
    const usage = readChatUsage(data);
    if (usage !== null) out.push({ type: 'usage', usage });
  }

  close(out: CanonicalEvent[]): boolean {
    if (this.#hasFailed || this.#choices.size === 0) return false;
    for (const { isFinished } of this.#choices.values()) if (!isFinished) return false;
    out.push({ type: 'end' });
    return true;
  }

  #fail(data: JsonObject, out: CanonicalEvent[]): void {
    this.#hasFailed = true;
    out.push({ type: 'error', error: decodeOpenaiError(200, data) });
  }

  /** Azure's first chunk says nothing at all: the answer begins with the first one that does. */
  #start(data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#hasStarted) return;
    const id = typeof data['id'] === 'string' ? data['id'] : '';
    const { choices, model } = data;
    if (id === '' && !(Array.isArray(choices) && choices.length > 0)) return;
    this.#hasStarted = true;
    out.push({ type: 'start', id, model: typeof model === 'string' ? model : '', createdAt: countAt(data, 'created') || null });
  }

  #read(choice: JsonObject, place: number, out: CanonicalEvent[]): void {
    const index = Number.isInteger(choice['index']) ? Number(choice['index']) : place;
    const open = this.#open(index);
    // What follows the end of a choice is no part of it.
    if (open.isFinished) return;
    // Some servers send the whole message where a stream has a delta.
    const said = isObject(choice['delta']) ? choice['delta'] : choice['message'];
    if (isObject(said)) this.#readDelta(said, index, open, out);
    const { logprobs, finish_reason: reason } = choice;
    if (isObject(logprobs) && holdsTokens(logprobs)) out.push({ type: 'logprobs', choice: index, logprobs });
    if (typeof reason === 'string' && reason !== '') this.#finish(reason, index, open, out);
  }

  #readDelta(delta: JsonObject, index: number, open: OpenChoice, out: CanonicalEvent[]): void {
    const { thinking, text, refusal } = readAnswerText(delta);
    if (thinking !== '') {
      open.isThinking = true;
      out.push({ type: 'thinking', choice: index, text: thinking });
    }
    if (text !== '') {
      endThought(index, open, out);
      out.push({ type: 'text', choice: index, text });
    }
    if (refusal !== '') {
      endThought(index, open, out);
      open.hasRefused = true;
      out.push({ type: 'refusal', choice: index, text: refusal });
    }
    for (const citation of readAnnotations(delta)) out.push({ type: 'citation', choice: index, citation });
    for (const piece of readCallPieces(delta)) {
      endThought(index, open, out);
      open.calls.take(piece, out);
    }
  }

  #finish(reason: string, index: number, open: OpenChoice, out: CanonicalEvent[]): void {
    if (reason === 'error') return this.#fail({ error: { message: 'The upstream ended its answer with an error.' } }, out);
    endThought(index, open, out);
    open.calls.end(out);
    open.isFinished = true;
    out.push({ type: 'finish', choice: index, stop: readFinishReason(reason, open.calls.count > 0, open.hasRefused), stopSequence: null });
  }

  #open(index: number): OpenChoice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const open: OpenChoice = { calls: new CallGatherer(index, this.#requestId), isThinking: false, hasRefused: false, isFinished: false };
    this.#choices.set(index, open);
    return open;
  }
}

function endThought(choice: number, open: OpenChoice, out: CanonicalEvent[]): void {
  if (!open.isThinking) return;
  open.isThinking = false;
  out.push({ type: 'thinking-end', choice });
}

function holdsTokens({ content, refusal }: JsonObject): boolean {
  return (Array.isArray(content) && content.length > 0) || (Array.isArray(refusal) && refusal.length > 0);
}
