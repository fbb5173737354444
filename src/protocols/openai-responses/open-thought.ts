import type { OpaqueState } from '../../domain/canonical/opaque-state.ts';
import type { EventFrames } from './event-frames.ts';
import { itemAdded, itemDone, placeMembers, type ItemPlace } from './open-item.ts';
import { reasoningJson, summaryPartJson } from './output-json.ts';
import { sealState } from './reasoning-item.ts';

/** A reasoning item that is being streamed. The thought is its summary, because that is what clients show. */
export class OpenThought {
  readonly #frames: EventFrames;
  readonly #place: ItemPlace;
  readonly #members: string;
  #text = '';

  constructor(frames: EventFrames, place: ItemPlace) {
    this.#frames = frames;
    this.#place = place;
    this.#members = `${placeMembers(place)},"summary_index":0`;
  }

  start(): string {
    return itemAdded(this.#frames, this.#place, `{"id":${JSON.stringify(this.#place.id)},"type":"reasoning","summary":[]}`);
  }

  text(text: string): string {
    const opening =
      this.#text === '' ? this.#frames.write('response.reasoning_summary_part.added', `${this.#members},"part":${summaryPartJson('')}`) : '';
    this.#text += text;
    return opening + this.#frames.write('response.reasoning_summary_text.delta', `${this.#members},"delta":${JSON.stringify(text)}`);
  }

  /** The last frames, and the whole item as JSON text. */
  close(state: OpaqueState | null): { readonly frames: string; readonly json: string } {
    let frames = '';
    if (this.#text !== '') {
      frames += this.#frames.write('response.reasoning_summary_text.done', `${this.#members},"text":${JSON.stringify(this.#text)}`);
      frames += this.#frames.write('response.reasoning_summary_part.done', `${this.#members},"part":${summaryPartJson(this.#text)}`);
    }
    const json = reasoningJson(this.#place.id, this.#text, sealState(state, this.#text));
    return { frames: frames + itemDone(this.#frames, this.#place, json), json };
  }
}
