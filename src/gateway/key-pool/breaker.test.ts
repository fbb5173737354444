import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider, someSettings } from '../../../test/support/snapshot-literals.ts';
import { blankPoolState } from '../../ports/blank-live-state.ts';
import type { BreakerState } from '../../ports/live-state.ts';
import { beginHalfOpen, breakerBlockedUntil, ensureBreaker, recordBreakerFailure, recordBreakerSuccess, slowStartShare } from './breaker.ts';
import type { ProviderId } from '../../domain/ids.ts';

const SECOND = 1000;
const SETTINGS = someSettings().breaker;

/** A breaker with a clock of its own. */
class BreakerRig {
  nowMs = 1_000_000_000;
  readonly breaker: BreakerState = ensureBreaker(blankPoolState('p' as ProviderId), 'm');

  ok(startedMs = this.nowMs): void {
    recordBreakerSuccess(this.breaker, SETTINGS, startedMs, this.nowMs);
  }

  failed(startedMs = this.nowMs): void {
    recordBreakerFailure(this.breaker, SETTINGS, startedMs, this.nowMs);
  }

  /** Outcomes a millisecond apart: `o` served, `x` failed. */
  play(outcomes: string): void {
    for (const outcome of outcomes) {
      this.nowMs += 1;
      if (outcome === 'o') this.ok();
      else this.failed();
    }
  }

  openFor(): number {
    const untilMs = breakerBlockedUntil(this.breaker, this.nowMs);
    return untilMs === 0 ? 0 : untilMs - this.nowMs;
  }

  probe(served: boolean): void {
    this.nowMs += this.openFor();
    beginHalfOpen(this.breaker);
    this.play(served ? 'o' : 'x');
  }
}

test('opens at five failures in a row, for 15 s', () => {
  const rig = new BreakerRig();
  rig.play('xxxxoxxxx');
  assert.equal(rig.openFor(), 0, 'four in a row are not five');
  rig.play('x');
  assert.equal(rig.openFor(), 15 * SECOND);
});

test('opens at half of at least ten outcomes in 30 s', () => {
  const rig = new BreakerRig();
  rig.play('oxoxoxoxo');
  assert.equal(rig.openFor(), 0, 'nine outcomes are too few');
  rig.play('x');
  assert.equal(rig.openFor(), 15 * SECOND);
});

test('stays closed below half', () => {
  const rig = new BreakerRig();
  for (let turn = 0; turn < 20; turn += 1) rig.play('oxoxo');
  assert.equal(rig.breaker.state, 'closed');
});

test('outcomes older than 30 s do not count', () => {
  const rig = new BreakerRig();
  rig.play('xxxx');
  rig.nowMs += 31 * SECOND;
  rig.play('oooooo');
  rig.play('x');
  assert.equal(rig.breaker.state, 'closed');
});

test('a clock that steps back an hour does not make old outcomes count for an hour', () => {
  const rig = new BreakerRig();
  rig.play('oooooxxxx');
  rig.nowMs -= 3600 * SECOND;
  rig.play('x');
  rig.nowMs += 60 * SECOND;
  rig.play('oxo');
  assert.ok(rig.breaker.slices.reduce((sum, { ok, failed }) => sum + ok + failed, 0) <= 3);
});

test('opens twice as long each time in a row, up to 5 min', () => {
  const rig = new BreakerRig();
  rig.play('xxxxx');
  const lengths: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) {
    lengths.push(rig.openFor() / SECOND);
    rig.probe(false);
  }
  assert.deepEqual(lengths, [15, 30, 60, 120, 240, 300, 300]);
});

test('closes after two successes, and begins again at 15 s', () => {
  const rig = new BreakerRig();
  rig.play('xxxxx');
  rig.probe(false);
  rig.probe(true);
  assert.equal(rig.breaker.state, 'half-open');
  rig.probe(true);
  assert.equal(rig.breaker.state, 'closed');
  rig.play('xxxxx');
  assert.equal(rig.openFor(), 15 * SECOND);
});

test('a failure between the two successes opens it again', () => {
  const rig = new BreakerRig();
  rig.play('xxxxx');
  rig.probe(true);
  rig.probe(false);
  assert.equal(rig.openFor(), 30 * SECOND);
});

test('attempts that began before it opened neither close nor open it', () => {
  const rig = new BreakerRig();
  const startedMs = rig.nowMs;
  rig.play('xxxxx');
  rig.nowMs += 15 * SECOND;
  beginHalfOpen(rig.breaker);
  rig.ok(startedMs);
  rig.ok(startedMs);
  assert.equal(rig.breaker.state, 'half-open');
  rig.failed(startedMs);
  assert.equal(rig.breaker.state, 'half-open');
});

test('a target whose breaker closed gets its share back over 30 s', () => {
  const rig = new BreakerRig();
  assert.equal(slowStartShare(undefined, SETTINGS, rig.nowMs), 1);
  rig.play('xxxxx');
  rig.probe(true);
  rig.probe(true);
  const closedAtMs = rig.nowMs;
  const shares = [0, 6, 15, 30, 600].map((seconds) => slowStartShare(rig.breaker, SETTINGS, closedAtMs + seconds * SECOND));
  assert.deepEqual(shares, [0.1, 0.2, 0.5, 1, 1]);
});

test('counts the successes from before the first failure', () => {
  const rig = new PoolRig([aProvider('p', { models: ['m'], keys: [aKey('k1'), aKey('k2'), aKey('k3')] })]);
  for (let turn = 0; turn < 20; turn += 1) rig.attempt();
  for (let turn = 0; turn < 5; turn += 1) {
    const [good, bad] = [rig.take(), rig.take()];
    rig.give(bad, { ...FAILURES.malformed, scope: 'none' });
    rig.give(good);
  }
  assert.equal(rig.breaker('m').state, 'closed', '5 of 30 are no half');
});

test('every failure by the fault of the upstream counts, and no other', () => {
  const counting = new Set(['upstream-error', 'overloaded', 'transport', 'malformed']);
  for (const failure of Object.values(FAILURES)) {
    const rig = new PoolRig([aProvider('p', { models: ['m'], keys: [aKey('k1')] })]);
    const leases = Array.from({ length: 5 }, () => rig.take());
    for (const lease of leases) rig.give(lease, failure);
    assert.equal(rig.pool().models.get('m')?.state ?? 'closed', counting.has(failure.kind) ? 'open' : 'closed', failure.kind);
  }
});

test('an open breaker lets nobody through, then one probe at a time', () => {
  const rig = new PoolRig([aProvider('p', { models: ['m', 'other'], keys: [aKey('k1'), aKey('k2')] })]);
  const leases = Array.from({ length: 5 }, () => rig.take());
  for (const lease of leases) rig.give(lease, { ...FAILURES.malformed, scope: 'none' });
  const blocked = rig.ask();
  assert.equal(blocked.kind === 'wait' ? blocked.untilMs - rig.nowMs : null, 15 * SECOND);
  assert.equal(rig.ask({ targets: [rig.target('other')] }).kind, 'lease', 'another model of the provider is not concerned');
  rig.pass(15 * SECOND);
  const probe = rig.take();
  const second = rig.ask();
  assert.deepEqual(second, { kind: 'wait', untilMs: 0, onChange: true, soonestMs: 0 });
  rig.give(probe);
  const next = rig.take();
  assert.equal(rig.ask().kind, 'wait');
  rig.give(next);
  assert.equal(rig.breaker('m').state, 'closed');
  rig.take();
  rig.take();
});

test('a probe that the client broke off leaves the next one to another request', () => {
  const rig = new PoolRig([aProvider('p', { models: ['m'], keys: [aKey('k1')] })]);
  const leases = Array.from({ length: 5 }, () => rig.take());
  for (const lease of leases) rig.give(lease, { ...FAILURES.malformed, scope: 'none' });
  rig.pass(15 * SECOND);
  rig.attempt(FAILURES.clientGone);
  assert.equal(rig.breaker('m').state, 'half-open');
  rig.attempt();
  rig.attempt();
  assert.equal(rig.breaker('m').state, 'closed');
});

test('made-up models are forgotten before one that is in trouble', () => {
  const pool = blankPoolState('p' as ProviderId);
  const troubled = ensureBreaker(pool, 'troubled');
  for (let turn = 0; turn < 5; turn += 1) recordBreakerFailure(troubled, SETTINGS, 1000, 1000);
  for (let turn = 0; turn < 5000; turn += 1) ensureBreaker(pool, `made-up-${turn}`);
  assert.ok(pool.models.size <= 2000);
  assert.equal(ensureBreaker(pool, 'troubled').state, 'open');
});
