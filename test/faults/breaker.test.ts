import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import { monotonicMs } from '../../src/cli/mock/monotonic-ms.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { waitFor } from '../support/wait-for.ts';

const OPEN_MS = 2000;
const FAILURES = 5;

function provider(id: string, more: object = {}): ProviderPlan {
  return { id, models: [id], keys: [`sk-${id}-12345`], ...more };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [provider('opened'), provider('probed'), provider('blameless'), provider('waited-for', { timeouts: { firstByteMs: 4000 } })],
    settings: { maxWaitMs: 0, breaker: { openSeconds: OPEN_MS / 1000, inARow: FAILURES, slowStartSeconds: 0 } },
  });
});
after(() => world.close());

async function isOpen(model: string): Promise<boolean> {
  return (await MetricsReading.of(world.origin)).sum('headgate_breaker_state', model, 'state="open"') === 1;
}

/** Fails until the breaker opens; gives the time at which it did. */
async function openBreaker(model: string): Promise<number> {
  world.script({ rules: [{ status: 500 }] });
  for (let turn = 0; turn < FAILURES; turn += 1) assert.equal((await world.chat(model)).status, 500);
  const openedAt = world.received(model).at(-1)?.finishedAt ?? monotonicMs();
  assert.equal(await isOpen(model), true);
  return openedAt;
}

test('an open breaker lets nothing through and closes within a second after its open time', async (t) => {
  const openedAt = await openBreaker('opened');
  world.script({});
  let refused = 0;
  let servedAt = 0;
  while (servedAt === 0 && monotonicMs() - openedAt < OPEN_MS + 5000) {
    const answer = await world.chat('opened');
    if (answer.status === 200) servedAt = monotonicMs();
    else {
      assert.equal(answer.status, 429);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      refused += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const [, , , , last, first] = world.received('opened');
  assert.ok(last !== undefined && first !== undefined);
  const letThrough = world.received('opened').filter(({ at }) => at > openedAt && at < openedAt + OPEN_MS - 20).length;
  t.diagnostic(
    `figure: open breaker: ${letThrough} of ${refused} requests let through, served again ${(servedAt - openedAt - OPEN_MS).toFixed(0)} ms after the open time`,
  );
  assert.ok(refused > 20);
  assert.equal(letThrough, 0);
  assert.ok(servedAt - openedAt <= OPEN_MS + 1000);
});

test('a half-open breaker is probed by one request at a time until it closes', async (t) => {
  const openedAt = await openBreaker('probed');
  world.script({ rules: [{ delayMs: 100 }] });
  await new Promise((resolve) => setTimeout(resolve, OPEN_MS - (monotonicMs() - openedAt) + 20));
  const served: number[] = [];
  const client = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn += 1) {
      const { status } = await world.chat('probed');
      if (status === 200) served.push(status);
      else await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  const afterwards = world.received('probed').slice(FAILURES);
  const [first, second, third] = afterwards;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  t.diagnostic(`figure: half-open: ${mostAtOnce([first, second])} probe at a time, then ${mostAtOnce(afterwards)} requests at once`);
  assert.ok((first.finishedAt ?? Infinity) <= second.at, 'the second probe waited for the first');
  assert.ok((second.finishedAt ?? Infinity) <= third.at, 'the third request waited for the second success');
  assert.ok(mostAtOnce(afterwards) > 1, 'a closed breaker lets several through');
});

function mostAtOnce(requests: readonly RecordedRequest[]): number {
  return Math.max(...requests.map(({ at }) => requests.filter((other) => other.at <= at && (other.finishedAt ?? Infinity) > at).length));
}

test('client faults and clients that leave neither open the breaker nor clear its count', async (t) => {
  world.script({ rules: [{ status: 500 }] });
  for (let turn = 0; turn < FAILURES - 1; turn += 1) await world.chat('blameless');
  const statuses = [400, 404, 409, 413, 422];
  for (const status of statuses) {
    world.script({ rules: [{ status }] });
    for (let turn = 0; turn < 3; turn += 1) assert.equal((await world.chat('blameless')).status, status);
  }
  world.script({ rules: [{ hang: true }] });
  for (let turn = 0; turn < 10; turn += 1) {
    const leaving = new AbortController();
    const known = world.received('blameless').length;
    const answer = world.chat('blameless', { signal: leaving.signal });
    await waitFor('the upstream call', () => world.received('blameless')[known]?.bodyAt ?? null);
    leaving.abort();
    await assert.rejects(answer);
    await waitFor('its end', () => world.received('blameless')[known]?.abortedAt ?? null);
  }
  assert.equal(await isOpen('blameless'), false);
  world.script({ rules: [{ status: 500 }] });
  assert.equal((await world.chat('blameless')).status, 500);
  assert.equal(await isOpen('blameless'), true);
  t.diagnostic(`figure: ${FAILURES - 1} failures, then ${statuses.length * 3} client faults and 10 aborts: closed; one more failure: open`);
});

test('whoever meets the probe of somebody else and may not wait is told 429 and when to come back', async (t) => {
  world.script({ rules: [{ match: { nth: 1 }, refuse: true }, { delayMs: 1500 }] });
  assert.equal((await world.chat('waited-for')).status, 502);
  const probe = world.chat('waited-for');
  await waitFor('the probe', () => world.received('waited-for')[1]?.bodyAt ?? null);
  const answer = await world.chat('waited-for');
  t.diagnostic(`figure: behind a probe without patience: ${answer.status}, Retry-After ${String(answer.headers['retry-after'])}`);
  assert.equal(answer.status, 429);
  assert.equal((answer.json() as { error: { code: string } }).error.code, 'all_keys_resting');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
  assert.equal((await probe).status, 200);
});
