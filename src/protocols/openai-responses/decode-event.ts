import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { DecodeContext, EventDecoder } from '../translation.ts';
import { CallNumbers } from './call-numbers.ts';
import { readCitation, readStop } from './decode-response.ts';
import { decodeResponseError } from './errors.ts';
import { StreamedItem } from './streamed-item.ts';
import { readResponseUsage } from './usage.ts';

/**
 * Reads a stream of response events. Servers differ in what they send of an item: pieces, the whole at its end, or both; each piece of it is told
 * once. Events of tools that OpenAI runs, and kinds that are not known yet, are passed over.
 */
export class ResponseEventDecoder implements EventDecoder {
  /** By place in the output, or by id from servers that leave the place out. */
  readonly #items = new Map<unknown, StreamedItem>();
  #hasStarted = false;
  readonly #calls: CallNumbers;
  #hasRefusal = false;
  #isOver = false;
  #isComplete = false;

  constructor({ requestId }: DecodeContext) {
    this.#calls = new CallNumbers(requestId);
  }

  get isFinal(): boolean {
    return this.#isOver;
  }

  decode(name: string, data: JsonObject, out: CanonicalEvent[]): void {
    if (this.#isOver) return;
    const type = typeof data['type'] === 'string' ? data['type'] : name;
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        this.#start(objectAt(data, 'response'), out);
        return;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(type, objectAt(data, 'response'), out);
        return;
      case 'error':
      case 'response.failed':
        this.#isOver = true;
        // Read as the event it is, also where a server names it in the `event:` line only.
        out.push({ type: 'error', error: decodeResponseError(200, { ...data, type }) });
        return;
      default:
        this.#decodeItemEvent(type, data, out);
    }
  }

  close(out: CanonicalEvent[]): boolean {
    if (!this.#isComplete) return false;
    out.push({ type: 'end' });
    return true;
  }

  #decodeItemEvent(type: string, data: JsonObject, out: CanonicalEvent[]): void {
    switch (type) {
      case 'response.output_item.added':
        this.#item(data, objectAt(data, 'item'), out).begin(objectAt(data, 'item'), out);
        return;
      case 'response.output_item.done':
        this.#item(data, objectAt(data, 'item'), out).end(objectAt(data, 'item'), out);
        return;
      case 'response.output_text.delta':
        this.#item(data, data, out).addText('text', data['content_index'], data['delta'], out);
        if (Array.isArray(data['logprobs']) && data['logprobs'].length > 0) {
          out.push({ type: 'logprobs', choice: 0, logprobs: { content: data['logprobs'] } });
        }
        return;
      case 'response.output_text.done':
        this.#item(data, data, out).endText('text', data['content_index'], data['text'], out);
        return;
      case 'response.refusal.delta':
        this.#item(data, data, out).addText('refusal', data['content_index'], data['delta'], out);
        return;
      case 'response.refusal.done':
        this.#item(data, data, out).endText('refusal', data['content_index'], data['refusal'], out);
        return;
      case 'response.output_text.annotation.added': {
        const citation = readCitation(data['annotation']);
        if (citation !== null) this.#item(data, data, out).cite(citation, out);
        return;
      }
      default:
        this.#decodeInnerEvent(type, data, out);
    }
  }

  #decodeInnerEvent(type: string, data: JsonObject, out: CanonicalEvent[]): void {
    switch (type) {
      case 'response.reasoning_summary_text.delta':
        this.#item(data, data, out).addThought('summary', data['summary_index'], data['delta'], out);
        return;
      case 'response.reasoning_summary_text.done':
        this.#item(data, data, out).endThought('summary', data['summary_index'], data['text'], out);
        return;
      case 'response.reasoning_text.delta':
        this.#item(data, data, out).addThought('content', data['content_index'], data['delta'], out);
        return;
      case 'response.reasoning_text.done':
        this.#item(data, data, out).endThought('content', data['content_index'], data['text'], out);
        return;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#item(data, data, out).addInput(data['delta'], out);
        return;
      case 'response.function_call_arguments.done':
        this.#item(data, data, out).endInput(data['arguments'], out);
        return;
      case 'response.custom_tool_call_input.done':
        this.#item(data, data, out).endInput(data['input'], out);
    }
  }

  /** The item that an event belongs to; a new one when it was never announced. */
  #item(event: JsonObject, item: JsonObject, out: CanonicalEvent[]): StreamedItem {
    this.#start({}, out);
    const key = typeof event['output_index'] === 'number' ? event['output_index'] : (event['item_id'] ?? item['id']);
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const added = new StreamedItem(this.#calls);
    this.#items.set(key, added);
    return added;
  }

  #start(response: JsonObject, out: CanonicalEvent[]): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const { id, model, created_at: createdAt } = response;
    out.push({
      type: 'start',
      id: typeof id === 'string' ? id : '',
      model: typeof model === 'string' ? model : '',
      createdAt: typeof createdAt === 'number' ? Math.floor(createdAt) : null,
    });
  }

  #finish(type: string, response: JsonObject, out: CanonicalEvent[]): void {
    this.#start(response, out);
    const output: unknown = response['output'];
    // Some servers stream nothing and tell all at the end.
    if (this.#items.size === 0 && Array.isArray(output)) {
      for (const [index, item] of output.entries()) if (isObject(item)) this.#item({ output_index: index }, item, out).end(item, out);
    }
    for (const item of this.#items.values()) {
      item.close(out);
      if (item.hasRefusal) this.#hasRefusal = true;
    }
    const usage = readResponseUsage(response);
    if (usage !== null) out.push({ type: 'usage', usage });
    const status = type === 'response.incomplete' ? 'incomplete' : response['status'];
    out.push({ type: 'finish', choice: 0, stop: readStop({ ...response, status }, this.#calls.count > 0, this.#hasRefusal), stopSequence: null });
    this.#isOver = true;
    this.#isComplete = true;
  }
}
