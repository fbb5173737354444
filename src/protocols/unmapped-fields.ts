import type { UnmappedField } from '../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../lib/json-reading.ts';

/** Gathers the fields of a client's request that the canonical form has no place for, each once. */
export class UnmappedFields {
  readonly #fields = new Map<string, UnmappedField>();

  add(field: string, weight: UnmappedField['weight']): void {
    if (!this.#fields.has(field)) this.#fields.set(field, { field, weight });
  }

  /** Adds every member that is not known, as a wish that goes unheard. Null asks for nothing. `place`: with its dot, or empty. */
  addUnknown(from: JsonObject, known: ReadonlySet<string>, place = ''): void {
    for (const name in from) if (!known.has(name) && from[name] !== null) this.add(place + name, 'hint');
  }

  get fields(): readonly UnmappedField[] {
    return [...this.#fields.values()];
  }
}
