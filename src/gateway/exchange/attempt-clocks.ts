import type { Timeouts } from '../../config/snapshot.ts';
import type { Deadline, DeadlineWheel } from '../../lib/deadline-wheel.ts';
import type { Clock } from '../../ports/clock.ts';

/** What of ours ended a call. */
export type EndedBy = 'first-byte' | 'idle' | 'total' | 'stop';

/** What happens when one of the clocks of an attempt runs out. */
export interface ClockHooks {
  giveUp(why: Exclude<EndedBy, 'stop'>): void;
  /** The stream has been silent for a while; true when a comment was sent. */
  keepAlive(): void;
  /** The client has taken nothing for too long. */
  clientStalled(): void;
  /** A comment may be sent into the silence. */
  mayKeepAlive(): boolean;
}

/** A silent stream gets a comment this often, so that nothing between us and the client takes it for dead. */
const KEEP_ALIVE_MS = 15_000;
const WRITE_IDLE_MS = 60_000;

/** The clocks of one attempt on one deadline: first byte, silence between bytes, the whole, and a client that does not take what it gets. */
export class AttemptClocks {
  readonly #wheel: DeadlineWheel;
  readonly #clock: Clock;
  readonly #deadline: Deadline;
  readonly #timeouts: Timeouts;
  readonly #hooks: ClockHooks;
  #isWaiting = true;
  #totalDue = 0;
  #lastByte = 0;
  #lastSign = 0;
  #blockedSince = 0;

  constructor(wheel: DeadlineWheel, clock: Clock, deadline: Deadline, timeouts: Timeouts, hooks: ClockHooks) {
    this.#wheel = wheel;
    this.#clock = clock;
    this.#deadline = deadline;
    this.#timeouts = timeouts;
    this.#hooks = hooks;
  }

  start(isStream: boolean): void {
    const now = this.#clock.monotonicMs();
    this.#totalDue = now + this.#timeouts.totalMs;
    this.#wheel.start(this.#deadline, Math.min(now + (isStream ? this.#timeouts.streamFirstByteMs : this.#timeouts.firstByteMs), this.#totalDue));
  }

  /** A piece of the body came. Cheap: the wheel looks again when the old time comes. */
  byteCame(): void {
    const now = this.#clock.monotonicMs();
    this.#lastByte = now;
    this.#lastSign = now;
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#wheel.move(this.#deadline, this.#nextDue());
  }

  /** The client became slow, or took everything again. While it is slow the upstream is not blamed for silence. */
  blocked(isBlocked: boolean): void {
    const now = this.#clock.monotonicMs();
    this.#blockedSince = isBlocked ? now : 0;
    this.#lastByte = now;
    this.#lastSign = now;
    if (this.#deadline.linked) this.#wheel.move(this.#deadline, this.#nextDue());
  }

  /** Nothing may take longer than this from now on. */
  endWithin(ms: number): void {
    this.#totalDue = Math.min(this.#totalDue, this.#clock.monotonicMs() + ms);
    this.#wheel.move(this.#deadline, Math.min(this.#deadline.dueMs, this.#totalDue));
  }

  stop(): void {
    this.#wheel.stop(this.#deadline);
  }

  /** The deadline passed: says which clock ran out, or sets the next time. */
  due(): void {
    const now = this.#clock.monotonicMs();
    if (now >= this.#totalDue) return this.#hooks.giveUp('total');
    if (this.#isWaiting) return this.#hooks.giveUp('first-byte');
    if (this.#blockedSince > 0) {
      if (now - this.#blockedSince >= WRITE_IDLE_MS) return this.#hooks.clientStalled();
    } else {
      if (now - this.#lastByte >= this.#timeouts.idleMs) return this.#hooks.giveUp('idle');
      if (now - this.#lastSign >= KEEP_ALIVE_MS && this.#hooks.mayKeepAlive()) {
        this.#lastSign = now;
        this.#hooks.keepAlive();
      }
    }
    this.#wheel.start(this.#deadline, this.#nextDue());
  }

  #nextDue(): number {
    if (this.#blockedSince > 0) return Math.min(this.#blockedSince + WRITE_IDLE_MS, this.#totalDue);
    const signDue = this.#hooks.mayKeepAlive() ? this.#lastSign + KEEP_ALIVE_MS : Infinity;
    return Math.min(this.#lastByte + this.#timeouts.idleMs, signDue, this.#totalDue);
  }
}
