import type { VirtualKeyId } from '../../domain/ids.ts';
import type { MadeItems } from '../../ports/made-items.ts';

/** Characters of all items together, 1 to 2 bytes each. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** Made items of one process. They do not survive a restart: a client that is refused sends its items whole. */
export class MemoryMadeItems implements MadeItems {
  readonly #items = new Map<string, string>();
  readonly #most: number;
  #characters = 0;

  constructor(mostCharacters = MOST_CHARACTERS) {
    this.#most = mostCharacters;
  }

  remember(caller: VirtualKeyId | null, id: string, item: string): void {
    const name = nameOf(caller, id);
    if (this.#items.has(name) || item.length > this.#most) return;
    this.#items.set(name, item);
    this.#characters += item.length;
    for (const [oldest, held] of this.#items) {
      if (this.#characters <= this.#most) return;
      this.#items.delete(oldest);
      this.#characters -= held.length;
    }
  }

  find(caller: VirtualKeyId | null, id: string): string | null {
    return this.#items.get(nameOf(caller, id)) ?? null;
  }
}

function nameOf(caller: VirtualKeyId | null, id: string): string {
  return `${caller ?? ''}\n${id}`;
}
