import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingRoom, type WaitEnd, type WaitPlace } from './waiting-room.ts';

/** A clock whose timers fire when the test moves it. */
class RoomRig {
  nowMs = 1_000_000;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();
  readonly room = new WaitingRoom({
    nowMs: () => this.nowMs,
    setTimer: (callback, delayMs) => {
      const timer = { atMs: this.nowMs + delayMs, callback };
      this.#timers.add(timer);
      return { cancel: () => void this.#timers.delete(timer) };
    },
  });
  /** Who was woken, in order. */
  readonly woken: string[] = [];

  get timers(): number {
    return this.#timers.size;
  }

  wait(caller: string, place: Partial<WaitPlace> = {}): Promise<WaitEnd> {
    const end = this.room.wait({
      caller,
      share: 1,
      untilMs: 0,
      onChange: true,
      deadlineMs: this.nowMs + 10_000,
      most: 1000,
      onGone: () => {},
      ...place,
    });
    void end.then((how) => how === 'woken' && this.woken.push(caller));
    return end;
  }

  async pass(ms: number): Promise<void> {
    const target = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= target).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#timers.delete(next);
      next.callback();
      await turn();
    }
    this.nowMs = target;
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a waiter is woken when its time has come, never before', async () => {
  const rig = new RoomRig();
  void rig.wait('a', { untilMs: rig.nowMs + 2000, onChange: false });
  await rig.pass(1999);
  assert.deepEqual(rig.woken, []);
  await rig.pass(2);
  assert.deepEqual(rig.woken, ['a']);
  assert.equal(rig.room.depth, 0);
});

test('waiters are woken in the order of their times', async () => {
  const rig = new RoomRig();
  for (const [caller, ms] of [
    ['late', 3000],
    ['early', 1000],
    ['middle', 2000],
  ] as const)
    void rig.wait(caller, { untilMs: rig.nowMs + ms, onChange: false });
  await rig.pass(5000);
  assert.deepEqual(rig.woken, ['early', 'middle', 'late']);
});

test('a waiter that nothing wakes leaves at its deadline', async () => {
  const rig = new RoomRig();
  const end = rig.wait('a', { deadlineMs: rig.nowMs + 10_000 });
  await rig.pass(9999);
  assert.equal(rig.room.depth, 1);
  await rig.pass(2);
  assert.equal(await end, 'timeout');
  assert.equal(rig.timers, 0, 'an empty room holds no timer');
});

test('a waiter whose time comes together with its deadline is woken', async () => {
  const rig = new RoomRig();
  const end = rig.wait('a', { untilMs: rig.nowMs + 10_000, deadlineMs: rig.nowMs + 10_000 });
  await rig.pass(10_001);
  assert.equal(await end, 'woken');
});

test('a client that leaves frees its place at once', async () => {
  const rig = new RoomRig();
  let leave = (): void => assert.fail();
  const end = rig.wait('a', { onGone: (how) => (leave = how) });
  leave();
  assert.equal(await end, 'gone');
  assert.equal(rig.room.depth, 0);
  rig.room.notify(true);
  await turn();
  assert.deepEqual(rig.woken, []);
});

test('a full room turns away, and a place that is free again is given', async () => {
  const rig = new RoomRig();
  const first = Array.from({ length: 1000 }, () => rig.wait('a'));
  assert.equal(await rig.wait('b'), 'full');
  rig.room.notify();
  assert.deepEqual(new Set(await Promise.all(first)), new Set(['woken']));
  void rig.wait('b');
  assert.equal(rig.room.depth, 1);
});

test('a key that comes back wakes those whom it can help, and only those', async () => {
  const rig = new RoomRig();
  void rig.wait('for a time', { untilMs: rig.nowMs + 5000, onChange: false });
  void rig.wait('for a key');
  rig.room.notify();
  await turn();
  assert.deepEqual(rig.woken, ['for a key']);
  rig.room.notify(true);
  await turn();
  assert.deepEqual(rig.woken, ['for a key', 'for a time']);
});

test('of one caller, who came first goes first', async () => {
  const rig = new RoomRig();
  const order: number[] = [];
  for (let place = 0; place < 5; place += 1) void rig.wait('a').then(() => order.push(place));
  rig.room.notify();
  await turn();
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('a crowd of one caller does not push another aside', async () => {
  const rig = new RoomRig();
  for (let place = 0; place < 50; place += 1) void rig.wait('crowd');
  void rig.wait('single');
  rig.room.notify();
  await turn();
  assert.equal(rig.woken.indexOf('single'), 1);
});

test('turns go by share', async () => {
  const rig = new RoomRig();
  for (let place = 0; place < 40; place += 1) void rig.wait('one', { share: 1 });
  for (let place = 0; place < 40; place += 1) void rig.wait('three', { share: 3 });
  rig.room.notify();
  await turn();
  assert.equal(rig.woken.slice(0, 20).filter((caller) => caller === 'three').length, 15);
});

/** One key comes free again and again; who is first takes it, all others come back to the room, and the served one sends its next request. */
class OneKey {
  readonly rig = new RoomRig();
  served: Record<string, number> = {};
  #isFree = false;

  enter(caller: string, share: number, waiting: number): void {
    for (let place = 0; place < waiting; place += 1) {
      void this.rig.wait(caller, { share, deadlineMs: Infinity }).then(() => {
        if (this.#isFree) {
          this.#isFree = false;
          this.served[caller] = (this.served[caller] ?? 0) + 1;
        }
        this.enter(caller, share, 1);
      });
    }
  }

  async serve(rounds: number): Promise<Record<string, number>> {
    this.served = {};
    for (let round = 0; round < rounds; round += 1) {
      this.#isFree = true;
      this.rig.room.notify();
      await turn();
    }
    return this.served;
  }
}

function assertNear(served: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  for (const [caller, count] of Object.entries(expected)) assert.ok(Math.abs((served[caller] ?? 0) - count) <= 2, `served ${JSON.stringify(served)}`);
}

test('over time each caller is served by its share, however many of its requests wait', async () => {
  const key = new OneKey();
  key.enter('few', 1, 2);
  key.enter('many', 1, 40);
  key.enter('heavy', 2, 3);
  assertNear(await key.serve(200), { few: 50, many: 50, heavy: 100 });
});

test('who comes new owes nothing for the past and gains nothing from it', async () => {
  const key = new OneKey();
  key.enter('old', 1, 5);
  await key.serve(100);
  key.enter('newcomer', 1, 5);
  assertNear(await key.serve(40), { old: 20, newcomer: 20 });
});

test('callers that are gone for good are forgotten', async () => {
  const rig = new RoomRig();
  for (let caller = 0; caller < 3000; caller += 1) {
    void rig.wait(`caller-${caller}`);
    rig.room.notify();
  }
  await turn();
  assert.equal(rig.woken.length, 3000);
  assert.equal(rig.room.depth, 0);
});
