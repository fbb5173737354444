/** What can stand in a roster; the roster alone changes the place. */
export interface Listed {
  /** Index in the roster; -1 outside of it. */
  rosterPlace: number;
}

/**
 * A set of things that come and go with every request. A `Set` that lives long leaves a chain of its outgrown tables behind, each of which
 * keeps what it held from being collected as young garbage.
 */
export class Roster<Thing extends Listed> {
  readonly #things: Thing[] = [];

  get size(): number {
    return this.#things.length;
  }

  add(thing: Thing): void {
    if (thing.rosterPlace !== -1) return;
    thing.rosterPlace = this.#things.length;
    this.#things.push(thing);
  }

  delete(thing: Thing): void {
    const place = thing.rosterPlace;
    if (place === -1) return;
    thing.rosterPlace = -1;
    const last = this.#things.pop();
    if (last === undefined || last === thing) return;
    last.rosterPlace = place;
    this.#things[place] = last;
  }

  /** As it stands now: who leaves meanwhile is in it still. */
  toArray(): readonly Thing[] {
    return [...this.#things];
  }
}
