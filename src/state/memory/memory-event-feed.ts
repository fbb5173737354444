import type { EventFeed, GatewayEvent, ToldEvent } from '../../ports/event-feed.ts';

/** Events that are kept, for listeners that come back and for slow ones. */
const MOST_KEPT = 1000;
/** A listener whose connection broke has so long to come back without missing anything. */
const GRACE_MS = 60_000;

/** Where the feed gets its time and timers from. */
export interface FeedClock {
  nowMs(): number;
  setTimer(callback: () => void, delayMs: number): { cancel(): void };
}

interface Listener {
  /** Number of the next event that it gets. */
  next: number;
  /** It comes from elsewhere or from too long ago, and has to be told so. */
  isLost: boolean;
  /** Present while it waits. */
  wake: (() => void) | null;
}

/** The feed of one process: one ring for all, in which each listener has a place. Nobody has a queue of its own. */
export class MemoryEventFeed implements EventFeed {
  isHeard = false;
  readonly #ring: (ToldEvent | null)[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #clock: FeedClock;
  readonly #instance: string;
  /** Number of the latest event. */
  #last = 0;
  /** Whoever heard this number or a later one has missed nothing since. */
  #heardFrom = 0;
  #grace: { cancel(): void } | null = null;

  /** `instance` tells the ids of this process from those of others: letters and digits. */
  constructor(clock: FeedClock, instance: string) {
    this.#clock = clock;
    this.#instance = instance;
  }

  publish(event: GatewayEvent): void {
    this.#last += 1;
    this.#ring[this.#last % MOST_KEPT] = { id: this.#idOf(this.#last), atMs: this.#clock.nowMs(), event };
    for (const listener of this.#listeners) listener.wake?.();
  }

  subscribe(lastEventId: string | null, signal: AbortSignal): AsyncIterable<ToldEvent> {
    const listener: Listener = { next: this.#last + 1, isLost: false, wake: null };
    if (signal.aborted) return this.#read(listener, signal);
    this.#hear();
    listener.next = this.#last + 1;
    if (lastEventId !== null) {
      const heard = this.#numberOf(lastEventId);
      if (heard === null) listener.isLost = true;
      else listener.next = heard + 1;
    }
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#leave(listener), { once: true });
    return this.#read(listener, signal);
  }

  async *#read(listener: Listener, signal: AbortSignal): AsyncGenerator<ToldEvent, void> {
    try {
      while (!signal.aborted) {
        const told = this.#take(listener);
        if (told === null) await new Promise<void>((resolve) => (listener.wake = resolve));
        else yield told;
        listener.wake = null;
      }
    } finally {
      this.#leave(listener);
    }
  }

  #take(listener: Listener): ToldEvent | null {
    if (listener.isLost) {
      listener.isLost = false;
      return this.#gap(listener.next - 1, null);
    }
    const oldest = Math.max(1, this.#last - MOST_KEPT + 1);
    if (listener.next < oldest) {
      const missed = oldest - listener.next;
      listener.next = oldest;
      return this.#gap(oldest - 1, missed);
    }
    while (listener.next <= this.#last) {
      const told = this.#ring[listener.next % MOST_KEPT] ?? null;
      listener.next += 1;
      if (told !== null) return told;
    }
    return null;
  }

  #gap(last: number, missed: number | null): ToldEvent {
    return { id: this.#idOf(last), atMs: this.#clock.nowMs(), event: { type: 'gap', missed } };
  }

  #hear(): void {
    this.#grace?.cancel();
    this.#grace = null;
    if (this.isHeard) return;
    this.isHeard = true;
    // A number that no event has: ids from before the silence are told from those of the first listener behind it.
    this.#last += 1;
    this.#ring[this.#last % MOST_KEPT] = null;
    this.#heardFrom = this.#last;
  }

  #leave(listener: Listener): void {
    listener.wake?.();
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#grace = this.#clock.setTimer(() => {
      this.isHeard = false;
    }, GRACE_MS);
  }

  #idOf(number: number): string {
    return `${this.#instance}-${number}`;
  }

  /** Null: not of this process, of before a silence, or made up. */
  #numberOf(id: string): number | null {
    const [instance, digits = ''] = id.split('-');
    const number = /^\d{1,15}$/u.test(digits) ? Number(digits) : -1;
    return instance === this.#instance && number >= this.#heardFrom && number <= this.#last ? number : null;
  }
}
