import { freeText } from './client-call.ts';
import type { EventFrames } from './event-frames.ts';
import { itemAdded, itemDone, placeMembers, type ItemPlace } from './open-item.ts';
import { callJson, type CallJson } from './output-json.ts';

/** A call that is being streamed. Several may be open: each event names its item. */
export class OpenCall {
  readonly #frames: EventFrames;
  readonly #place: ItemPlace;
  readonly #members: string;
  readonly #call: CallJson;
  /** The target called a function in place of the client's custom tool: its text is known when its arguments are whole. */
  readonly #isUnwrapped: boolean;
  #input = '';

  constructor(frames: EventFrames, place: ItemPlace, call: CallJson, isUnwrapped: boolean) {
    this.#frames = frames;
    this.#place = place;
    this.#members = placeMembers(place);
    this.#call = call;
    this.#isUnwrapped = isUnwrapped;
  }

  /** Place in the output. */
  get index(): number {
    return this.#place.index;
  }

  start(): string {
    return itemAdded(this.#frames, this.#place, callJson(this.#call, 'in_progress', ''));
  }

  input(text: string): string {
    this.#input += text;
    return this.#isUnwrapped ? '' : this.#delta(text);
  }

  /** The last frames, and the whole item as JSON text. */
  close(status: 'completed' | 'incomplete'): { readonly frames: string; readonly json: string } {
    let frames = '';
    if (this.#isUnwrapped) {
      this.#input = freeText(this.#input);
      if (this.#input !== '') frames = this.#delta(this.#input);
    } else if (this.#input === '' && this.#call.kind === 'function') {
      this.#input = '{}';
      frames = this.#delta(this.#input);
    }
    const text = JSON.stringify(this.#input);
    frames +=
      this.#call.kind === 'custom'
        ? this.#frames.write('response.custom_tool_call_input.done', `${this.#members},"input":${text}`)
        : this.#frames.write('response.function_call_arguments.done', `${this.#members},"arguments":${text}`);
    const json = callJson(this.#call, status, this.#input);
    return { frames: frames + itemDone(this.#frames, this.#place, json), json };
  }

  #delta(text: string): string {
    const type = this.#call.kind === 'custom' ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta';
    return this.#frames.write(type, `${this.#members},"delta":${JSON.stringify(text)}`);
  }
}
