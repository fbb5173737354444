import type { UrlCitation } from '../../domain/canonical/canonical-part.ts';
import type { EventFrames } from './event-frames.ts';
import { itemAdded, itemDone, placeMembers, type ItemPlace } from './open-item.ts';
import { annotationJson, messageJson, outputTextJson, refusalJson } from './output-json.ts';

/** A message that is being streamed: parts of text and refusal, one open at a time. */
export class OpenMessage {
  readonly #frames: EventFrames;
  readonly #place: ItemPlace;
  readonly #content: string[] = [];
  #open: 'text' | 'refusal' | null = null;
  /** Members that say to which part an event belongs. */
  #members = '';
  #text = '';
  #annotations: string[] = [];
  #logprobs: string[] = [];

  constructor(frames: EventFrames, place: ItemPlace) {
    this.#frames = frames;
    this.#place = place;
  }

  get id(): string {
    return this.#place.id;
  }

  start(): string {
    return itemAdded(this.#frames, this.#place, messageJson(this.#place.id, 'in_progress', []));
  }

  text(text: string): string {
    const opening = this.#open === 'text' ? '' : this.#openPart('text');
    this.#text += text;
    return opening + this.#frames.write('response.output_text.delta', `${this.#members},"delta":${JSON.stringify(text)},"logprobs":[]`);
  }

  refusal(text: string): string {
    const opening = this.#open === 'refusal' ? '' : this.#openPart('refusal');
    this.#text += text;
    return opening + this.#frames.write('response.refusal.delta', `${this.#members},"delta":${JSON.stringify(text)}`);
  }

  /** Nothing where no text is open for the source to belong to. */
  cite(citation: UrlCitation): string {
    if (this.#open !== 'text') return '';
    const annotation = annotationJson(citation, this.#text.length);
    const members = `${this.#members},"annotation_index":${this.#annotations.length},"annotation":${annotation}`;
    this.#annotations.push(annotation);
    return this.#frames.write('response.output_text.annotation.added', members);
  }

  /** `entries` as JSON text. They come behind their text, so the delta that brings them is empty. */
  logprobs(entries: readonly string[]): string {
    if (this.#open !== 'text' || entries.length === 0) return '';
    this.#logprobs.push(...entries);
    return this.#frames.write('response.output_text.delta', `${this.#members},"delta":"","logprobs":[${entries.join(',')}]`);
  }

  /** The last frames, and the whole item as JSON text. */
  close(status: 'completed' | 'incomplete'): { readonly frames: string; readonly json: string } {
    const part = this.#closePart();
    const json = messageJson(this.#place.id, status, this.#content);
    return { frames: part + itemDone(this.#frames, this.#place, json), json };
  }

  #openPart(kind: 'text' | 'refusal'): string {
    const closing = this.#closePart();
    this.#open = kind;
    this.#members = `${placeMembers(this.#place)},"content_index":${this.#content.length}`;
    const part = kind === 'text' ? outputTextJson('', [], []) : refusalJson('');
    return closing + this.#frames.write('response.content_part.added', `${this.#members},"part":${part}`);
  }

  #closePart(): string {
    if (this.#open === null) return '';
    const text = JSON.stringify(this.#text);
    const isText = this.#open === 'text';
    const part = isText ? outputTextJson(this.#text, this.#annotations, this.#logprobs) : refusalJson(this.#text);
    const done = isText
      ? this.#frames.write('response.output_text.done', `${this.#members},"text":${text},"logprobs":[${this.#logprobs.join(',')}]`)
      : this.#frames.write('response.refusal.done', `${this.#members},"refusal":${text}`);
    this.#content.push(part);
    this.#open = null;
    this.#text = '';
    this.#annotations = [];
    this.#logprobs = [];
    return done + this.#frames.write('response.content_part.done', `${this.#members},"part":${part}`);
  }
}
