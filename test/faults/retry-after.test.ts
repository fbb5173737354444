import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';

const ONE_HOUR_SECONDS = 3600;
const GARBAGE = ['soon', '-5', 'NaN', '', '1e999', '2 s', 'Thu, 99 Foo 2026', '0x10', '\u00bd', '9'.repeat(400)];

function pair(id: string): ProviderPlan {
  return { id, models: [id], keys: [1, 2].map((number) => ({ id: `k${number}`, secret: `sk-${id}-${number}-12345` })) };
}

function single(id: string): ProviderPlan {
  return { id, models: [id], keys: [`sk-${id}-12345`] };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      pair('seconds'),
      pair('date'),
      single('absurd'),
      single('far-date'),
      single('past-date'),
      ...GARBAGE.map((_, index) => single(`garbage-${index}`)),
    ],
    settings: { maxWaitMs: 0 },
  });
});
after(() => world.close());

/** Asks until the first key is used again, and gives the time between its refusal and its next use. */
async function pauseOfFirstKey(
  model: string,
  refusal: MockRule,
): Promise<{ readonly pauseMs: number; readonly refusedAt: number; readonly usedAt: number }> {
  const first = world.received(model)[0]?.key ?? null;
  assert.equal(first, null, 'nobody has asked this provider before');
  world.script({ rules: [{ match: { path: `^/${model}/`, nth: 1 }, ...refusal }] });
  const until = performance.now() + 8000;
  while (performance.now() < until) {
    assert.equal((await world.chat(model)).status, 200, 'the other key serves');
    const [refused, ...later] = world.received(model);
    const again = later.find(({ key }) => key === refused?.key);
    if (refused !== undefined && again !== undefined) {
      return { pauseMs: again.at - (refused.finishedAt ?? 0), refusedAt: refused.at, usedAt: again.at };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The first key of ${model} was not used again.`);
}

test('a key that named two seconds rests for two seconds, while the other one serves', async (t) => {
  const { pauseMs } = await pauseOfFirstKey('seconds', { status: 429, retryAfterSeconds: 2 });
  t.diagnostic(`figure: Retry-After: 2: the key was used again after ${pauseMs.toFixed(0)} ms`);
  assert.ok(pauseMs >= 1995, `${pauseMs} ms`);
  assert.ok(pauseMs <= 3500, `${pauseMs} ms`);
});

test('a key that named a date is not used before it', async (t) => {
  const clockShift = Date.now() - performance.now();
  const before = performance.now();
  const { pauseMs, usedAt, refusedAt } = await pauseOfFirstKey('date', { status: 429, retryAfterDateSeconds: 3 });
  const named = Date.parse(world.received('date')[0]?.retryAfter ?? '');
  const usedAtEpoch = clockShift + before + (usedAt - refusedAt);
  t.diagnostic(`figure: Retry-After as a date 2 to 3 s ahead: the key was used again after ${pauseMs.toFixed(0)} ms`);
  assert.ok(usedAtEpoch >= named - 100, `used at ${usedAtEpoch}, named ${named}`);
});

for (const [model, rule, text] of [
  ['absurd', { retryAfterSeconds: 86_400 }, 'a day'],
  ['far-date', { retryAfterDateSeconds: 10 * 86_400 }, 'a date in ten days'],
] as const) {
  test(`${text} is taken as one hour, and the client is told so`, async (t) => {
    world.script({ rules: [{ status: 429, ...rule }] });
    const refused = await world.chat(model);
    assert.equal(refused.status, 429);
    assert.ok(refused.headers['retry-after'] !== undefined, 'the last answer is passed on with its own Retry-After');
    const resting = await world.chat(model);
    const seconds = Number(resting.headers['retry-after']);
    t.diagnostic(`figure: Retry-After of ${text}: the next client is told ${seconds} s, 0 calls meanwhile`);
    assert.equal(resting.status, 429);
    assert.ok(seconds > ONE_HOUR_SECONDS - 10 && seconds <= ONE_HOUR_SECONDS, `${seconds} s`);
    assert.equal(world.received(model).length, 1);
  });
}

test('a date that is over does not make the key be asked in a loop', async (t) => {
  world.script({ rules: [{ status: 429, retryAfterDateSeconds: -60 }] });
  const answer = await world.chat('past-date');
  assert.equal(answer.status, 429);
  assert.ok(world.received('past-date').length <= 2);
  t.diagnostic(`figure: Retry-After in the past: ${world.received('past-date').length} calls for one request`);
});

test('garbage in Retry-After is passed over: the key rests as if nothing was named', async (t) => {
  let calls = 0;
  for (const [index, value] of GARBAGE.entries()) {
    const model = `garbage-${index}`;
    const headers: Record<string, string> = { 'retry-after': value };
    world.script({ rules: [{ status: 429, headers }] });
    const answer = await world.chat(model);
    assert.equal(answer.status, 429, JSON.stringify(value));
    assert.equal((answer.json() as { error: { type: string } }).error.type.length > 0, true);
    calls += world.received(model).length;
    assert.equal(world.received(model).length, 1, JSON.stringify(value));
    const alive = await world.send('/health/live', { key: null });
    assert.equal(alive.status, 200);
  }
  t.diagnostic(`figure: ${GARBAGE.length} spellings of garbage: ${calls} upstream calls for ${GARBAGE.length} requests, all answered with 429`);
});
