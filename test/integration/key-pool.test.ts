import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { findClosedPort } from '../support/find-closed-port.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';

const closedPort = await findClosedPort();

/** A provider with keys `{id}-1`, `{id}-2` … and one model named after it. */
function pool(id: string, weights: readonly number[], more: object = {}): ProviderPlan {
  return { id, models: [id], keys: weights.map((weight, index) => ({ id: `k${index + 1}`, secret: `sk-${id}-${index + 1}`, weight })), ...more };
}

const keyOf = (id: string, number: number): string => `sk-${id}-${number}`;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      pool('throttled', [1, 1]),
      pool('lopsided', [3, 1]),
      pool('even', [1, 1, 1, 1]),
      pool('weighted', [3, 1]),
      pool('counted', [3, 1]),
      pool('cleared', [1]),
      pool('in-a-row', [1]),
      pool('faulty-client', [1, 1]),
      pool('refusing', [1], { protocols: { 'openai-chat': `http://127.0.0.1:${closedPort}/v1` }, models: ['either'], priority: 0 }),
      pool('standby', [1], { models: ['either'], priority: 1 }),
      pool('exhausted', [1, 1]),
      pool('rejected', [1]),
      pool('rejected-first', [1, 1]),
      pool('unpaid', [1]),
      pool('forbidden', [1]),
      pool('broken-twice', [1, 1, 1]),
      { id: 'switched-off', models: ['switched-off'], keys: [{ id: 'k1', secret: 'sk-off-1', enabled: false }] },
      { id: 'disabled', models: ['disabled'], enabled: false, keys: ['sk-disabled-1'] },
      { id: 'drained', models: ['drained'], keys: [{ id: 'k1', secret: 'sk-drained-1', weight: 0 }] },
      pool('capped', [1, 1], {
        keys: [
          { id: 'k1', secret: 'sk-capped-1', models: ['other-*'] },
          { id: 'k2', secret: 'sk-capped-2' },
        ],
      }),
    ],
  });
});
after(() => world.close());

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

function uses(provider: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { key } of world.received(provider)) counts[key ?? ''] = (counts[key ?? ''] ?? 0) + 1;
  return counts;
}

function errorOf(answer: { json(): unknown }): { readonly code: string; readonly message: string; readonly type: string } {
  return (answer.json() as { error: { code: string; message: string; type: string } }).error;
}

test('a key that answers 429 is hit once in its rest, while the other one serves', async () => {
  script({ match: { key: keyOf('throttled', 1) }, status: 429 });
  for (let turn = 0; turn < 6; turn += 1) assert.equal((await world.chat('throttled')).status, 200);
  assert.deepEqual(uses('throttled'), { [keyOf('throttled', 1)]: 1, [keyOf('throttled', 2)]: 6 });
});

test('with weight 3 on a failing key and 1 on a healthy one the first client request is answered with 200', async () => {
  script({ match: { key: keyOf('lopsided', 1) }, status: 500 });
  const answer = await world.chat('lopsided');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-headgate-attempts'], '2');
  assert.deepEqual(uses('lopsided'), { [keyOf('lopsided', 1)]: 1, [keyOf('lopsided', 2)]: 1 });
});

test('40 concurrent requests over 4 equal keys are 10 each, give or take one', async () => {
  script({ delayMs: 50 });
  const answers = await Promise.all(Array.from({ length: 40 }, () => world.chat('even')));
  assert.ok(answers.every(({ status }) => status === 200));
  const counts = uses('even');
  assert.equal(Object.keys(counts).length, 4);
  for (const [key, count] of Object.entries(counts)) assert.ok(Math.abs(count - 10) <= 1, `${key} served ${count}`);
});

test('weights 3:1 give exactly 300 and 100 of 400 requests, and never four in a row', async () => {
  script();
  for (let turn = 0; turn < 400; turn += 1) assert.equal((await world.chat('weighted')).status, 200);
  assert.deepEqual(uses('weighted'), { [keyOf('weighted', 1)]: 300, [keyOf('weighted', 2)]: 100 });
  const order = world
    .received('weighted')
    .map(({ key }) => (key === keyOf('weighted', 1) ? 'A' : 'B'))
    .join('');
  assert.equal(order.slice(0, 4), 'AABA');
  assert.ok(!order.includes('AAAA'), order);
});

test('weights 3:1 give exactly 300 and 100 also when the requests come at once', async () => {
  script({ delayMs: 5 });
  for (let turn = 0; turn < 10; turn += 1) await Promise.all(Array.from({ length: 40 }, () => world.chat('counted')));
  assert.deepEqual(uses('counted'), { [keyOf('counted', 1)]: 300, [keyOf('counted', 2)]: 100 });
});

test('one success ends the rest: the requests after it do not go one by one', async () => {
  script({ times: 1, status: 500 }, { delayMs: 200 });
  assert.equal((await world.chat('cleared')).status, 500);
  assert.equal((await world.chat('cleared')).status, 200);
  const answers = await Promise.all(Array.from({ length: 6 }, () => world.chat('cleared')));
  assert.ok(answers.every(({ status }) => status === 200));
  const together = world.received('cleared').slice(2);
  const firstEnd = Math.min(...together.map(({ finishedAt }) => finishedAt ?? Infinity));
  assert.ok(
    together.every(({ at }) => at < firstEnd),
    'all six were under way before the first ended',
  );
});

test('one success clears the failures in a row: the breaker opens after five, not after four and four', async () => {
  script({ match: { nth: [1, 2, 3, 4, 6, 7, 8, 9] }, status: 500 });
  const statuses: number[] = [];
  for (let turn = 0; turn < 10; turn += 1) statuses.push((await world.chat('in-a-row')).status);
  assert.deepEqual(statuses, [500, 500, 500, 500, 200, 500, 500, 500, 500, 200]);
  assert.equal(world.received('in-a-row').length, 10);
});

test('ten client faults leave key and breaker alone and are passed through once, unchanged', async () => {
  const body = '{"error" : {"message":"Invalid \\u0027temperature\\u0027: é","type":"invalid_request_error","param":"temperature","code":null}}';
  script({
    match: { nth: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    status: 400,
    raw: body,
    headers: { 'content-type': 'application/json', 'x-vendor': 'kept' },
  });
  for (let turn = 0; turn < 10; turn += 1) {
    const answer = await world.chat('faulty-client');
    assert.equal(answer.status, 400);
    assert.equal(answer.text, body);
    assert.equal(answer.headers['x-vendor'], 'kept');
    assert.equal(answer.headers['x-headgate-attempts'], '1');
  }
  assert.equal(world.received('faulty-client').length, 10);
  assert.deepEqual(uses('faulty-client'), { [keyOf('faulty-client', 1)]: 5, [keyOf('faulty-client', 2)]: 5 });
  const answers = await Promise.all([world.chat('faulty-client'), world.chat('faulty-client')]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
});

test('a refused connection fails over to another provider in less than a second', async () => {
  script();
  const started = performance.now();
  const answer = await world.chat('either');
  assert.ok(performance.now() - started < 1000);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-headgate-provider'], 'standby');
});

test('when every rest is firm and longer than maxWait the answer is 429 with the soonest end', async () => {
  script(
    { match: { key: keyOf('exhausted', 1) }, status: 429, retryAfterSeconds: 90 },
    { match: { key: keyOf('exhausted', 2) }, status: 429, retryAfterSeconds: 40 },
  );
  assert.equal((await world.chat('exhausted')).status, 429);
  const answer = await world.chat('exhausted');
  assert.equal(answer.status, 429);
  assert.equal(errorOf(answer).code, 'all_keys_resting');
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(seconds > 35 && seconds <= 40, `retry-after ${seconds}`);
  assert.equal(world.received('exhausted').length, 2, 'nobody asks a key before the time that it named');
});

test('with no key enabled the answer is 503 no_available_key', async () => {
  script();
  for (const model of ['switched-off', 'drained', 'disabled/disabled']) {
    const answer = await world.chat(model);
    assert.equal(answer.status, 503, model);
    assert.equal(errorOf(answer).code, 'no_available_key');
    assert.equal(answer.headers['retry-after'], undefined);
    assert.equal(world.received(model).length, 0);
  }
});

test('a model whose only provider is disabled is 503 no_available_key', async () => {
  script();
  const answer = await world.chat('disabled');
  assert.equal(answer.status, 503);
  assert.equal(errorOf(answer).code, 'no_available_key');
});

test('a key serves only the models on its list', async () => {
  script();
  for (let turn = 0; turn < 4; turn += 1) assert.equal((await world.chat('capped')).status, 200);
  assert.deepEqual(uses('capped'), { 'sk-capped-2': 4 });
});

test('a rejected provider key never reaches the client as such', async () => {
  script({
    status: 401,
    body: { error: { message: 'UPSTREAM-TEXT: Incorrect API key provided: sk-rej', code: 'invalid_api_key' } },
    headers: { 'www-authenticate': 'Bearer realm="UPSTREAM-REALM"' },
  });
  const answer = await world.chat('rejected');
  assert.equal(answer.status, 502);
  assert.equal(errorOf(answer).code, 'upstream_rejected_key');
  assert.doesNotMatch(`${answer.text} ${answer.rawHeaders.join(' ')}`, /UPSTREAM/);
  const again = await world.chat('rejected');
  assert.equal(world.received('rejected').length, 1, 'a rejected key is probed at most once a minute');
  assert.notEqual(again.status, 401);
  assert.notEqual(again.status, 200);
});

test('another key answers in place of a rejected one', async () => {
  script({ match: { key: keyOf('rejected-first', 1) }, status: 401 });
  for (let turn = 0; turn < 4; turn += 1) assert.equal((await world.chat('rejected-first')).status, 200);
  assert.deepEqual(uses('rejected-first'), { [keyOf('rejected-first', 1)]: 1, [keyOf('rejected-first', 2)]: 4 });
});

test('402 and 403 about a provider key are told in words of the gateway', async () => {
  script(
    { match: { path: '^/unpaid/' }, status: 402, body: { error: { message: 'UPSTREAM-TEXT pay your bill' } } },
    { match: { path: '^/forbidden/' }, status: 403, body: { error: { message: 'UPSTREAM-TEXT country not supported' } } },
  );
  const unpaid = await world.chat('unpaid');
  assert.equal(unpaid.status, 503);
  assert.equal(errorOf(unpaid).code, 'no_available_key');
  const forbidden = await world.chat('forbidden');
  assert.equal(forbidden.status, 502);
  assert.equal(errorOf(forbidden).code, 'upstream_rejected_key');
  assert.doesNotMatch(unpaid.text + forbidden.text, /UPSTREAM/);
});

test('server errors of two keys are the provider’s: its keys do not rest for them', async () => {
  script({ match: { nth: [1, 2] }, status: 500 });
  const first = await world.chat('broken-twice');
  assert.equal(first.status, 200, 'the third key serves, or a probe of the provider');
  for (let turn = 0; turn < 6; turn += 1) assert.equal((await world.chat('broken-twice')).status, 200);
  assert.deepEqual(
    Object.keys(uses('broken-twice')).toSorted(),
    [1, 2, 3].map((number) => keyOf('broken-twice', number)),
  );
});
