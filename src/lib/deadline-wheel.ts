/**
 * Deadlines of thousands of exchanges on one timer. A deadline that moves later (each chunk of a stream moves it) costs one
 * assignment: the wheel looks again when the old time comes.
 */
export class DeadlineWheel {
  readonly #tickMs: number;
  readonly #slots: (Deadline | null)[];
  readonly #firing: number;
  readonly #nowMs: () => number;
  #lastTick: number;
  #count = 0;
  #idleTicks = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(nowMs: () => number, tickMs = 20, slots = 512) {
    this.#nowMs = nowMs;
    this.#tickMs = tickMs;
    // One list more than there are slots: it holds what is being fired.
    this.#firing = slots;
    this.#slots = Array.from({ length: slots + 1 }, () => null);
    this.#lastTick = this.#tickOf(nowMs());
  }

  /** Fires `onDue` once, at or up to a tick after `dueMs` on the wheel's clock. */
  start(deadline: Deadline, dueMs: number): void {
    if (deadline.linked) this.stop(deadline);
    deadline.dueMs = dueMs;
    if (this.#count === 0 && this.#timer === null) this.#wake();
    this.#link(deadline);
    this.#count += 1;
  }

  /** Moves a running deadline; later is free, earlier is a move between slots. */
  move(deadline: Deadline, dueMs: number): void {
    if (!deadline.linked) return this.start(deadline, dueMs);
    deadline.dueMs = dueMs;
    if (this.#tickOf(dueMs) < deadline.tick) {
      this.#unlink(deadline);
      this.#link(deadline);
    }
  }

  stop(deadline: Deadline): void {
    if (!deadline.linked) return;
    this.#unlink(deadline);
    this.#count -= 1;
  }

  /** Fires what is due. The timer calls it; tests with their own clock call it too. */
  advance(): void {
    const now = this.#nowMs();
    const tick = Math.floor(now / this.#tickMs);
    const steps = Math.min(tick - this.#lastTick, this.#firing);
    // What is put into the wheel meanwhile belongs to the ticks that follow, however many are made up for now.
    this.#lastTick = tick;
    for (let step = 1; step <= steps; step += 1) this.#gather((tick - steps + step) % this.#firing, now);
    for (let due = this.#slots[this.#firing] ?? null; due !== null; due = this.#slots[this.#firing] ?? null) {
      if (due.dueMs > now) this.start(due, due.dueMs);
      else {
        this.stop(due);
        due.onDue();
      }
    }
  }

  /** Takes a slot apart: what is due waits to be fired (and can still be stopped or moved), the rest goes where it belongs now. */
  #gather(slot: number, now: number): void {
    let deadline = this.#slots[slot] ?? null;
    this.#slots[slot] = null;
    while (deadline !== null) {
      const next: Deadline | null = deadline.next;
      if (deadline.dueMs <= now) this.#insert(deadline, this.#firing);
      else this.#link(deadline);
      deadline = next;
    }
  }

  #tickOf(ms: number): number {
    return Math.ceil(ms / this.#tickMs);
  }

  #link(deadline: Deadline): void {
    const horizon = this.#lastTick + this.#firing - 1;
    const tick = Math.min(Math.max(this.#tickOf(deadline.dueMs), this.#lastTick + 1), horizon);
    deadline.tick = tick;
    this.#insert(deadline, tick % this.#firing);
  }

  #insert(deadline: Deadline, slot: number): void {
    const head = this.#slots[slot] ?? null;
    deadline.slot = slot;
    deadline.previous = null;
    deadline.next = head;
    deadline.linked = true;
    if (head !== null) head.previous = deadline;
    this.#slots[slot] = deadline;
  }

  #unlink(deadline: Deadline): void {
    if (deadline.previous !== null) deadline.previous.next = deadline.next;
    else this.#slots[deadline.slot] = deadline.next;
    if (deadline.next !== null) deadline.next.previous = deadline.previous;
    deadline.linked = false;
    deadline.next = null;
    deadline.previous = null;
  }

  #wake(): void {
    this.#lastTick = Math.floor(this.#nowMs() / this.#tickMs);
    this.#idleTicks = 0;
    this.#timer = setInterval(() => {
      this.advance();
      this.#idleTicks = this.#count === 0 ? this.#idleTicks + 1 : 0;
      // The timer outlives short lulls, so that a quiet gateway does not make one for each request.
      if (this.#idleTicks > 100 && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    }, this.#tickMs);
    this.#timer.unref();
  }
}

/** A place in the wheel; belongs to one owner and is used again and again. */
export class Deadline {
  dueMs = 0;
  tick = 0;
  slot = 0;
  linked = false;
  next: Deadline | null = null;
  previous: Deadline | null = null;
  readonly onDue: () => void;

  constructor(onDue: () => void) {
    this.onDue = onDue;
  }
}
