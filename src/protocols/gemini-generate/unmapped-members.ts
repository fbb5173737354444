import type { UnmappedField } from '../../domain/canonical/canonical-request.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { isSaid } from './client-fields.ts';

/** Gathers what a client says and no other protocol can carry, each field once. */
export class UnmappedMembers {
  readonly #fields = new Map<string, UnmappedField['weight']>();

  add(field: string, weight: UnmappedField['weight'] = 'hint'): void {
    this.#fields.set(field, weight);
  }

  /** All members that are not among the known ones and that say something. */
  addUnknown(from: JsonObject, known: ReadonlySet<string>, path: string): void {
    for (const [name, value] of Object.entries(from)) if (!known.has(name) && isSaid(value)) this.add(path === '' ? name : `${path}.${name}`);
  }

  list(): readonly UnmappedField[] {
    return Array.from(this.#fields, ([field, weight]) => ({ field, weight }));
  }
}
