import { objectAt, type JsonObject } from '../../lib/json-reading.ts';

type ItemPrefix = 'msg' | 'rs' | 'fc' | 'ctc';

/** Ids of a response and its items, made from the exchange's, so that each is the same wherever it stands. */
export class AnswerIds {
  readonly #stem: string;

  constructor(requestId: string) {
    this.#stem = requestId.replaceAll(/[^a-zA-Z0-9]/g, '');
  }

  get response(): string {
    return `resp_${this.#stem}`;
  }

  /** `index`: place of the item in the output. */
  item(prefix: ItemPrefix, index: number): string {
    return `${prefix}_${this.#stem}_${index}`;
  }
}

/** Id of the response that a stream's first event begins; null when it tells none. */
export function answerId(event: JsonObject): string | null {
  const { id } = objectAt(event, 'response');
  return typeof id === 'string' && id !== '' ? id : null;
}
