import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { countAt, isObject, type JsonObject } from '../../lib/json-reading.ts';
import { decodeOpenaiError, findOpenaiError } from '../openai-error-shape.ts';
import { readFinishReason } from '../openai-finish-reason.ts';
import type { EventDecoder } from '../translation.ts';
import { readCompletionUsage } from './usage.ts';

export function createEventDecoder(): EventDecoder {
  return new CompletionEventDecoder();
}

/** Reads the chunks of a legacy stream: whole completions whose texts are pieces. */
class CompletionEventDecoder implements EventDecoder {
  /** The last event is `[DONE]`, which is no JSON and is not seen here. */
  readonly isFinal = false;
  /** By choice: whether it has ended. */
  readonly #finished = new Map<number, boolean>();
  #hasStarted = false;
  #hasFailed = false;

  decode(_name: string, data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#hasFailed) return;
    if (findOpenaiError(data) !== null) {
      this.#hasFailed = true;
      out.push({ type: 'error', error: decodeOpenaiError(200, data) });
      return;
    }
    const choices: readonly unknown[] = Array.isArray(data['choices']) ? data['choices'] : [];
    this.#start(data, choices.length > 0, out);
    for (const [place, choice] of choices.entries()) if (isObject(choice)) this.#read(choice, place, out);
    const usage = readCompletionUsage(data);
    if (usage !== null) out.push({ type: 'usage', usage });
  }

  close(out: CanonicalEvent[]): boolean {
    if (this.#hasFailed || this.#finished.size === 0) return false;
    for (const hasEnded of this.#finished.values()) if (!hasEnded) return false;
    out.push({ type: 'end' });
    return true;
  }

  #start(data: JsonObject, hasChoices: boolean, out: CanonicalEvent[]): void {
    const id = typeof data['id'] === 'string' ? data['id'] : '';
    if (this.#hasStarted || (id === '' && !hasChoices)) return;
    this.#hasStarted = true;
    const { model } = data;
    out.push({ type: 'start', id, model: typeof model === 'string' ? model : '', createdAt: countAt(data, 'created') || null });
  }

  #read(choice: JsonObject, place: number, out: CanonicalEvent[]): void {
    const { text, index, finish_reason: reason } = choice;
    const number = typeof index === 'number' && Number.isInteger(index) ? index : place;
    // What follows the end of a choice is no part of it.
    if (this.#finished.get(number) === true) return;
    this.#finished.set(number, false);
    if (typeof text === 'string' && text !== '') out.push({ type: 'text', choice: number, text });
    if (typeof reason !== 'string' || reason === '') return;
    this.#finished.set(number, true);
    out.push({ type: 'finish', choice: number, stop: readFinishReason(reason, false, false), stopSequence: null });
  }
}
