import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../test/support/fuzz-runs.ts';
import { Deadline, DeadlineWheel } from './deadline-wheel.ts';

const TICK = 20;
const SLOTS = 16;

/** A wheel whose clock the test moves, and which it turns by hand. */
class WheelRig {
  nowMs = 1_000_007;
  readonly wheel = new DeadlineWheel(() => this.nowMs, TICK, SLOTS);
  readonly fired: { readonly name: string; readonly atMs: number }[] = [];

  deadline(name: string, onDue: () => void = () => {}): Deadline {
    return new Deadline(() => {
      this.fired.push({ name, atMs: this.nowMs });
      onDue();
    });
  }

  /** Turns tick by tick. */
  pass(ms: number): void {
    const targetMs = this.nowMs + ms;
    while (this.nowMs < targetMs) {
      this.nowMs = Math.min(targetMs, this.nowMs + TICK);
      this.wheel.advance();
    }
  }

  /** The loop stands still for so long, then the wheel turns once. */
  stall(ms: number): void {
    this.nowMs += ms;
    this.wheel.advance();
  }

  names(): string[] {
    return this.fired.map(({ name }) => name);
  }
}

test('a deadline fires once, not before its time and at most two ticks after', () => {
  for (const ms of [1, 19, 20, 21, 100, SLOTS * TICK - 1, SLOTS * TICK, SLOTS * TICK + 1, 5000]) {
    const rig = new WheelRig();
    const dueMs = rig.nowMs + ms;
    rig.wheel.start(rig.deadline('a'), dueMs);
    rig.pass(ms + 1000);
    assert.deepEqual(rig.names(), ['a'], `${ms} ms`);
    const [{ atMs } = { atMs: 0 }] = rig.fired;
    assert.ok(atMs >= dueMs && atMs <= dueMs + 2 * TICK, `${ms} ms: ${atMs - dueMs} ms late`);
  }
});

test('a deadline that is moved later fires at the later time only', () => {
  const rig = new WheelRig();
  const deadline = rig.deadline('a');
  rig.wheel.start(deadline, rig.nowMs + 100);
  for (let turn = 0; turn < 50; turn += 1) {
    rig.pass(60);
    rig.wheel.move(deadline, rig.nowMs + 100);
  }
  assert.deepEqual(rig.fired, []);
  rig.pass(140);
  assert.deepEqual(rig.names(), ['a']);
});

test('a deadline that is moved earlier fires at the earlier time', () => {
  const rig = new WheelRig();
  const deadline = rig.deadline('a');
  rig.wheel.start(deadline, rig.nowMs + 5000);
  rig.wheel.move(deadline, rig.nowMs + 40);
  rig.pass(80);
  assert.deepEqual(rig.names(), ['a']);
});

test('a stopped deadline does not fire, and can be started again', () => {
  const rig = new WheelRig();
  const deadline = rig.deadline('a');
  rig.wheel.start(deadline, rig.nowMs + 40);
  rig.wheel.stop(deadline);
  rig.wheel.stop(deadline);
  rig.pass(500);
  assert.deepEqual(rig.fired, []);
  rig.wheel.start(deadline, rig.nowMs + 40);
  rig.pass(100);
  assert.deepEqual(rig.names(), ['a']);
});

test('a deadline may be started again while it fires', () => {
  const rig = new WheelRig();
  let left = 3;
  const deadline = rig.deadline('a', () => {
    left -= 1;
    if (left > 0) rig.wheel.start(deadline, rig.nowMs + 30);
  });
  rig.wheel.start(deadline, rig.nowMs + 30);
  rig.pass(1000);
  assert.equal(rig.fired.length, 3);
});

test('one that fires may stop others of the same moment, and the rest fire all the same', () => {
  for (const stopped of [0, 1, 2, 3]) {
    const rig = new WheelRig();
    const all = ['a', 'b', 'c', 'd'].map((name, index) =>
      rig.deadline(name, () => index !== stopped && rig.wheel.stop(all[stopped] ?? assert.fail())),
    );
    for (const deadline of all) rig.wheel.start(deadline, rig.nowMs + 30);
    rig.pass(1000);
    const name = 'abcd'.charAt(stopped);
    assert.equal(new Set(rig.names()).size, rig.fired.length);
    for (const other of 'abcd'.replace(name, ''))
      assert.ok(rig.names().includes(other), `${other} when ${name} was stopped: ${rig.names().join('')}`);
  }
});

test('one that fires may move others of the same moment', () => {
  const rig = new WheelRig();
  const later = rig.deadline('later');
  const [one, two] = [rig.deadline('one', () => rig.wheel.move(later, rig.nowMs + 500)), rig.deadline('two')];
  for (const deadline of [one, later, two]) rig.wheel.start(deadline, rig.nowMs + 30);
  rig.pass(100);
  assert.deepEqual(rig.names().toSorted(), ['one', 'two']);
  rig.pass(600);
  assert.equal(rig.fired.at(-1)?.name, 'later');
});

test('after the loop stood still, nothing is lost and nothing waits for another turn of the wheel', () => {
  for (const stall of [50, SLOTS * TICK - 5, SLOTS * TICK, 3 * SLOTS * TICK + 7, 100_000]) {
    const rig = new WheelRig();
    rig.wheel.start(rig.deadline('over'), rig.nowMs + 30);
    rig.wheel.start(rig.deadline('soon'), rig.nowMs + stall + 60);
    rig.stall(stall);
    assert.deepEqual(rig.names(), ['over'], `${stall} ms`);
    rig.pass(100);
    assert.deepEqual(rig.names(), ['over', 'soon'], `${stall} ms`);
  }
});

test('what is started while the wheel makes up for a stall fires in time', () => {
  const rig = new WheelRig();
  const next = rig.deadline('next');
  rig.wheel.start(
    rig.deadline('first', () => rig.wheel.start(next, rig.nowMs)),
    rig.nowMs + 20,
  );
  rig.stall(200);
  rig.pass(40);
  assert.deepEqual(rig.names(), ['first', 'next']);
});

test('any mixture of starts, moves and stops fires exactly what is due', () => {
  const action = fc.record({
    what: fc.constantFrom('start', 'move', 'stop', 'pass', 'stall'),
    which: fc.nat({ max: 5 }),
    ms: fc.integer({ min: 1, max: 900 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const rig = new WheelRig();
      const due = new Map<number, number>();
      const all = Array.from(
        { length: 6 },
        (_, which) =>
          new Deadline(() => {
            const dueMs = due.get(which);
            assert.ok(dueMs !== undefined && dueMs <= rig.nowMs, 'fires only what is due');
            due.delete(which);
          }),
      );
      for (const { what, which, ms } of actions) {
        const deadline = all[which] ?? assert.fail();
        if (what === 'pass') rig.pass(ms);
        else if (what === 'stall') rig.stall(ms);
        else if (what === 'stop') {
          rig.wheel.stop(deadline);
          due.delete(which);
        } else {
          if (what === 'start') rig.wheel.start(deadline, rig.nowMs + ms);
          else rig.wheel.move(deadline, rig.nowMs + ms);
          due.set(which, rig.nowMs + ms);
        }
        for (const dueMs of due.values()) assert.ok(dueMs > rig.nowMs - 2 * TICK, 'nothing is late');
      }
      rig.pass(1000);
      assert.equal(due.size, 0);
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('the wheel turns by itself', async () => {
  const wheel = new DeadlineWheel(() => performance.now(), 5);
  const keepsAlive = setTimeout(() => {}, 5000);
  await new Promise<void>((resolve) => wheel.start(new Deadline(resolve), performance.now() + 10));
  clearTimeout(keepsAlive);
});
