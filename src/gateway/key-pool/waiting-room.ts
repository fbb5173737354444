/** Why a wait ended. `full`: there was no room. */
export type WaitEnd = 'woken' | 'timeout' | 'gone' | 'full';

/** More callers than this are not remembered beyond need. */
const MOST_CALLERS = 1000;

interface Waiter {
  readonly caller: string;
  readonly share: number;
  /** Wake at this time; 0: only a change helps. */
  readonly untilMs: number;
  /** A key that comes back may help before that time. */
  readonly onChange: boolean;
  readonly deadlineMs: number;
  readonly resolve: (end: WaitEnd) => void;
}

export interface WaitPlace {
  readonly caller: string;
  readonly share: number;
  readonly untilMs: number;
  readonly onChange: boolean;
  readonly deadlineMs: number;
  /** Waiters that the room holds at most. */
  readonly most: number;
  readonly onGone: (leave: () => void) => void;
}

/** Where the waiting room gets its time and timers from. */
export interface RoomClock {
  nowMs(): number;
  setTimer(callback: () => void, delayMs: number): { cancel(): void };
}

/**
 * Where requests wait for a key that wakes soon. Those whose time has come leave one after another, callers in turn by their share, so
 * that one caller's crowd does not push the others aside.
 */
export class WaitingRoom {
  readonly #waiters = new Set<Waiter>();
  /** How often each caller was first, divided by its share: the smallest goes next. */
  readonly #turns = new Map<string, number>();
  /** The turns of the last one that was first. Who comes anew starts here, not at 0: the past of others is no debt to it. */
  #floor = 0;
  readonly #clock: RoomClock;
  #timer: { cancel(): void } | null = null;
  #timerAtMs = Infinity;

  constructor(clock: RoomClock) {
    this.#clock = clock;
  }

  get depth(): number {
    return this.#waiters.size;
  }

  /** Waits until `untilMs` (0: until `notify`), at most until `deadlineMs`; `onGone` registers what ends the wait early. */
  wait(place: WaitPlace): Promise<WaitEnd> {
    if (this.#waiters.size >= place.most) return Promise.resolve('full');
    return new Promise((resolve) => {
      const { caller, share, untilMs, onChange, deadlineMs } = place;
      const waiter: Waiter = { caller, share: Math.max(share, 0.001), untilMs, onChange, deadlineMs, resolve };
      this.#waiters.add(waiter);
      place.onGone(() => {
        if (this.#waiters.delete(waiter)) resolve('gone');
      });
      this.#arm(Math.min(waiter.untilMs === 0 ? Infinity : waiter.untilMs, waiter.deadlineMs));
    });
  }

  /** A key came back or a probe ended: those who wait for that look again. `everyone`: rests may have ended early, or the configuration changed. */
  notify(everyone = false): void {
    if (this.#waiters.size > 0) this.#wake(everyone ? 'everyone' : 'on-change');
  }

  #wake(whom: 'due' | 'on-change' | 'everyone'): void {
    const nowMs = this.#clock.nowMs();
    const due: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.deadlineMs <= nowMs) {
        this.#waiters.delete(waiter);
        waiter.resolve(waiter.untilMs !== 0 && waiter.untilMs <= nowMs ? 'woken' : 'timeout');
      } else if (whom === 'everyone' || (whom === 'on-change' && waiter.onChange) || (waiter.untilMs !== 0 && waiter.untilMs <= nowMs)) {
        due.push(waiter);
      }
    }
    for (const waiter of this.#inTurn(due)) {
      this.#waiters.delete(waiter);
      waiter.resolve('woken');
    }
    this.#rearm();
  }

  /**
   * Orders the due ones so that each caller gets turns by its share; within a caller, first come first served. Those behind the first may
   * find nothing and come back, so only the first is charged for good.
   */
  #inTurn(due: readonly Waiter[]): Waiter[] {
    if (due.length === 0) return [];
    const queues = new Map<string, Waiter[]>();
    for (const waiter of due) {
      const queue = queues.get(waiter.caller);
      if (queue === undefined) queues.set(waiter.caller, [waiter]);
      else queue.push(waiter);
    }
    const ordered: Waiter[] = [];
    const turns = new Map<string, number>();
    for (const caller of queues.keys()) turns.set(caller, Math.max(this.#turns.get(caller) ?? 0, this.#floor));
    while (queues.size > 0) {
      let next = '';
      let fewest = Infinity;
      for (const caller of queues.keys()) {
        const taken = turns.get(caller) ?? 0;
        if (taken < fewest) {
          fewest = taken;
          next = caller;
        }
      }
      const queue = queues.get(next);
      const waiter = queue?.shift();
      if (queue === undefined || waiter === undefined) {
        queues.delete(next);
        continue;
      }
      if (ordered.length === 0) this.#charge(next, fewest, waiter.share);
      turns.set(next, fewest + 1 / waiter.share);
      ordered.push(waiter);
      if (queue.length === 0) queues.delete(next);
    }
    return ordered;
  }

  #charge(caller: string, turns: number, share: number): void {
    this.#floor = turns;
    this.#turns.set(caller, turns + 1 / share);
    if (this.#turns.size <= MOST_CALLERS) return;
    // Whoever is at the floor or below it starts there anyway.
    for (const [known, taken] of this.#turns) if (taken <= this.#floor) this.#turns.delete(known);
  }

  #arm(atMs: number): void {
    if (atMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    // A named time is met, not undercut: one more millisecond than the clock says.
    this.#timer = this.#clock.setTimer(() => this.#wake('due'), Math.max(0, atMs - this.#clock.nowMs()) + 1);
  }

  #rearm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAtMs = Infinity;
    let soonest = Infinity;
    for (const waiter of this.#waiters) soonest = Math.min(soonest, waiter.untilMs === 0 ? Infinity : waiter.untilMs, waiter.deadlineMs);
    if (Number.isFinite(soonest)) this.#arm(soonest);
  }
}
