import type { StateHome, StateHomes } from '../../ports/state-homes.ts';

/** Homes that one process remembers: about 20 MB of them. */
const MOST_HOMES = 100_000;

/** State homes of one process. `onRemembered` is told of each new one, so that it can survive a restart. */
export class MemoryStateHomes implements StateHomes {
  readonly #homes = new Map<string, StateHome>();
  readonly #onRemembered: (id: string, home: StateHome) => void;
  readonly #most: number;

  constructor(onRemembered: (id: string, home: StateHome) => void = () => {}, most = MOST_HOMES) {
    this.#onRemembered = onRemembered;
    this.#most = most;
  }

  remember(id: string, home: StateHome): void {
    if (this.#homes.has(id)) return;
    this.restore(id, home);
    this.#onRemembered(id, home);
  }

  /** Takes a home that was remembered before a restart. */
  restore(id: string, home: StateHome): void {
    this.#homes.set(id, home);
    if (this.#homes.size <= this.#most) return;
    const [oldest] = this.#homes.keys();
    if (oldest !== undefined) this.#homes.delete(oldest);
  }

  find(id: string): StateHome | null {
    return this.#homes.get(id) ?? null;
  }

  entries(): Iterable<readonly [string, StateHome]> {
    return this.#homes;
  }
}
