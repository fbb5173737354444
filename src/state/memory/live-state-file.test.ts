import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { LiveState } from '../../ports/live-state.ts';
import { FAILURES, PoolRig } from '../../../test/support/pool-rig.ts';
import { aKey, aProvider } from '../../../test/support/snapshot-literals.ts';
import { LiveStateFile } from './live-state-file.ts';
import { MemoryLiveState } from './memory-live-state.ts';

let folder = '';
let path = '';
const problems: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-state-'));
  path = join(folder, 'live-state.json');
  problems.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): LiveStateFile => new LiveStateFile(path, (sentence) => void problems.push(sentence));

function save(live: LiveState): void {
  const target = file();
  target.touched(live);
  target.save(live);
}

/** The rig as it stands after a restart. */
function restarted(rig: PoolRig): PoolRig {
  save(rig.live);
  const next = new PoolRig(rig.targets.map(({ provider }) => provider));
  next.nowMs = rig.nowMs;
  file().restore(next.live, next.nowMs);
  return next;
}

const rigOf = (...keys: readonly ReturnType<typeof aKey>[]): PoolRig => new PoolRig([aProvider('p', { models: ['m', 'n'], keys })]);

test('rests of keys, models and providers outlive a restart', () => {
  const rig = rigOf(aKey('a'), aKey('b'));
  rig.attempt({ ...FAILURES.rateLimited, retryAtMs: rig.nowMs + 60_000 });
  rig.attempt(FAILURES.outOfQuota);
  const next = restarted(rig);
  const answer = next.ask();
  assert.deepEqual(answer, rig.ask());
  assert.equal(answer.kind === 'wait' ? answer.untilMs - next.nowMs : null, 60_000);
  assert.equal(next.attempt(null, { targets: [next.target('n')] }), 'a', 'another model is free');
});

test('a suspended key stays suspended, and is probed soon', () => {
  const rig = rigOf(aKey('a'));
  for (const lease of [rig.take(), rig.take(), rig.take()]) rig.give(lease, FAILURES.rejected);
  rig.pass(1000);
  const next = restarted(rig);
  const probe = next.take();
  assert.notEqual(next.key('a').suspended, null);
  assert.equal(next.ask().kind, 'none');
  next.give(probe);
  assert.equal(next.key('a').suspended, null);
});

test('a key that a person suspended stays so, and is not probed', () => {
  const rig = rigOf(aKey('a'));
  rig.take();
  rig.key('a').suspended = { sinceMs: rig.nowMs, reason: 'by hand', nextProbeAtMs: Infinity, byPerson: true };
  const next = restarted(restarted(rig));
  next.pass(86_400_000);
  assert.equal(next.ask().kind, 'none');
  assert.deepEqual(next.key('a').suspended, rig.key('a').suspended);
});

test('an open breaker stays open for its time, and doubles on', () => {
  const rig = rigOf(aKey('a'));
  const leases = Array.from({ length: 5 }, () => rig.take());
  for (const lease of leases) rig.give(lease, { ...FAILURES.malformed, scope: 'none' });
  rig.pass(5000);
  const next = restarted(rig);
  const answer = next.ask();
  assert.equal(answer.kind === 'wait' ? answer.untilMs - next.nowMs : null, 10_000);
  next.pass(10_000);
  next.attempt({ ...FAILURES.malformed, scope: 'none' });
  assert.equal(next.breaker('m').openUntilMs - next.nowMs, 30_000);
});

test('a half-open breaker is not closed by a restart', () => {
  const rig = rigOf(aKey('a'));
  const leases = Array.from({ length: 5 }, () => rig.take());
  for (const lease of leases) rig.give(lease, { ...FAILURES.malformed, scope: 'none' });
  rig.pass(15_000);
  rig.take();
  const next = restarted(rig);
  next.take();
  assert.equal(next.ask().kind, 'wait', 'one probe at a time');
});

test('the place in the rotation outlives a restart, so that no key is favoured', () => {
  let rig = rigOf(aKey('a', { weight: 3 }), aKey('b'));
  const served: string[] = [];
  for (let turn = 0; turn < 40; turn += 1) {
    served.push(rig.attempt());
    rig = restarted(rig);
  }
  assert.equal(served.filter((id) => id === 'b').length, 10);
});

test('caps of keys outlive a restart', () => {
  const rig = rigOf(aKey('a', { limits: { requestsPerMinute: 2, requestsPerDay: 3 } }));
  rig.attempt();
  rig.attempt();
  assert.equal(restarted(rig).ask().kind, 'wait');
});

test("the file holds no secret and is the operator's alone", () => {
  const rig = rigOf(aKey('a', { secret: 'sk-canary-123' }));
  rig.attempt(FAILURES.rejected);
  save(rig.live);
  assert.equal(readFileSync(path, 'utf8').includes('sk-canary'), false);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('without a file everything starts as ready', () => {
  const live = new MemoryLiveState();
  file().restore(live, 0);
  assert.deepEqual([...live.pools()], []);
  assert.deepEqual(problems, []);
});

test('a file that cannot be read is kept aside, said so, and leaves nothing of itself behind', () => {
  const good = { provider: 'p', rest: null, keys: [], models: [] };
  const broken = [
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"pools":[]}',
    '{"version":1}',
    JSON.stringify({ version: 1, pools: [good, { provider: 'q' }] }),
    JSON.stringify({ version: 1, pools: [good, null] }),
  ];
  for (const text of broken) {
    writeFileSync(path, text);
    const live = new MemoryLiveState();
    problems.length = 0;
    file().restore(live, 0);
    assert.deepEqual([...live.pools()], [], text);
    assert.equal(problems.length, 1, text);
    assert.ok(problems[0]?.includes(path));
    assert.equal(existsSync(path), false);
    assert.equal(readFileSync(`${path}.unreadable`, 'utf8'), text);
  }
});

test('a file that cannot even be set aside does not stop the start', () => {
  writeFileSync(path, '{');
  mkdirSync(join(`${path}.unreadable`, 'taken'), { recursive: true });
  file().restore(new MemoryLiveState(), 0);
  assert.equal(problems.length, 1);
});

test('a state that could not be written is written the next time', () => {
  const rig = rigOf(aKey('a'));
  rig.attempt();
  mkdirSync(`${path}.new`);
  const target = file();
  target.touched(rig.live);
  target.save(rig.live);
  assert.equal(problems.length, 1);
  rmSync(`${path}.new`, { recursive: true });
  target.save(rig.live);
  assert.equal(existsSync(path), true);
});

test('nothing is written when nothing changed', () => {
  file().save(new MemoryLiveState());
  assert.equal(existsSync(path), false);
});
