import { isObject } from '../../../../lib/json-reading.ts';
import type { JsonObject } from '../../../../lib/json-reading.ts';

/** A request as a vendor's checks see it. */
export interface CheckedRequest {
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** From body or path. */
  readonly model: string;
}

/** Gives the sentence with which the vendor refuses a request; null when it takes it. */
export type RequestCheck = (request: CheckedRequest) => string | null;

/** Ends a check that was made with `requestCheck`. */
class Refusal extends Error {}

export function refuseIf(isWrong: boolean, message: string): void {
  if (isWrong) throw new Refusal(message);
}

/** A check whose first `refuseIf` that holds is its answer. */
export function requestCheck(act: (request: CheckedRequest) => void): RequestCheck {
  return (request) => {
    try {
      act(request);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  };
}

/** Refuses the first member that is not among the known ones, with the vendor's words for it. */
export function refuseUnknown(value: JsonObject, known: readonly string[], words: (name: string) => string): void {
  for (const name of Object.keys(value)) refuseIf(!known.includes(name), words(name));
}

/** The value as a list of objects; what is no object in it becomes an empty one. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((item: unknown) => (isObject(item) ? item : {})) : [];
}

/** A value as text, to be compared with words and to be shown: strings as they are, the rest as JSON. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
