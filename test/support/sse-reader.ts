import { StringDecoder } from 'node:string_decoder';

/** One event as the standard gives it to a page. */
export interface SseEvent {
  /** `message` when the stream named none. */
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/** Reads server-sent events by the letter of the standard, plus: a last event without its blank line counts when `flush` is called. */
export class SseReader {
  readonly comments: string[] = [];
  readonly #decoder = new StringDecoder('utf8');
  #isStart = true;
  #afterCarriageReturn = false;
  #line = '';
  #event = '';
  #data: string[] = [];
  #id: string | null = null;

  /** The events that these bytes complete. */
  push(bytes: Buffer): readonly SseEvent[] {
    return this.#take(this.#decoder.write(bytes));
  }

  /** The event that the end of the stream left open, if any. */
  flush(): readonly SseEvent[] {
    return this.#take(`${this.#decoder.end()}\n\n`);
  }

  #take(text: string): readonly SseEvent[] {
    const events: SseEvent[] = [];
    for (const character of text) {
      if (this.#isStart) {
        this.#isStart = false;
        if (character === '\uFEFF') continue;
      }
      const isSecondHalf = character === '\n' && this.#afterCarriageReturn;
      this.#afterCarriageReturn = character === '\r';
      if (isSecondHalf) continue;
      if (character !== '\r' && character !== '\n') {
        this.#line += character;
        continue;
      }
      const event = this.#endLine();
      if (event !== null) events.push(event);
    }
    return events;
  }

  #endLine(): SseEvent | null {
    const line = this.#line;
    this.#line = '';
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) {
      this.comments.push(line.slice(1));
      return null;
    }
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): SseEvent | null {
    const event = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? null : event;
  }
}
