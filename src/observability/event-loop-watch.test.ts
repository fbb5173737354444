import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createOverloadGuard } from './event-loop-watch.ts';

/** A guard on fake time; each period says how long it took and how late the loop was in it. */
function guardOf(t: TestContext, usedHeapShare: () => number = () => 0.5) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  let delayMs = 0;
  let stops = 0;
  const eventLoop = { take: () => ({ '0.5': 0, '0.9': 0, '0.99': delayMs, max: delayMs }), stop: () => void (stops += 1) };
  const guard = createOverloadGuard({ nowMs: () => nowMs, usedHeapShare, eventLoop });
  t.after(() => guard.stop());
  const pass = (lateMs: number, lengthMs = 500): string | null => {
    delayMs = lateMs;
    nowMs += lengthMs;
    t.mock.timers.tick(500);
    return guard.reason();
  };
  return { guard, pass, stops: () => stops };
}

test('sheds when the event loop was late for two seconds in a row, and no longer than it is', (t) => {
  const { pass } = guardOf(t);
  assert.equal(pass(300), null);
  assert.equal(pass(300), null);
  assert.equal(pass(300), null);
  assert.match(pass(300) ?? '', /computing time/);
  assert.match(pass(251) ?? '', /computing time/);
  assert.equal(pass(250), null);
  assert.equal(pass(300), null);
});

test('does not shed for one long pause that is over', (t) => {
  const { pass } = guardOf(t);
  assert.equal(pass(5000, 5000), null);
  assert.equal(pass(0), null);
});

test('counts seconds and not looks when the loop is so late that looks are rare', (t) => {
  const { pass } = guardOf(t);
  assert.equal(pass(1500, 1500), null);
  assert.match(pass(1500, 1500) ?? '', /computing time/);
});

test('sheds while more than 95 % of the heap limit is used', (t) => {
  let share = 0.95;
  const { pass } = guardOf(t, () => share);
  assert.equal(pass(0), null);
  share = 0.951;
  assert.match(pass(0) ?? '', /memory/);
  share = 0.9;
  assert.equal(pass(0), null);
});

test('stops its timer and its watch', (t) => {
  const { guard, pass, stops } = guardOf(t, () => 1);
  guard.stop();
  assert.equal(pass(0), null);
  assert.equal(stops(), 1);
});

test('reads V8 itself when nothing else is given', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const calm = createOverloadGuard({ nowMs: () => 0 });
  const strict = createOverloadGuard({ nowMs: () => 0, heapShare: 0 });
  t.after(() => {
    calm.stop();
    strict.stop();
  });
  t.mock.timers.tick(500);
  assert.equal(calm.reason(), null);
  assert.match(strict.reason() ?? '', /memory/);
});
