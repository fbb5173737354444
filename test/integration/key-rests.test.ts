import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import { monotonicMs } from '../../src/cli/mock/monotonic-ms.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

function pool(id: string, keys: number): ProviderPlan {
  return { id, models: [id], keys: Array.from({ length: keys }, (_, index) => ({ id: `k${index + 1}`, secret: `sk-${id}-${index + 1}` })) };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      pool('seconds', 1),
      pool('date', 1),
      pool('named-twice', 1),
      pool('all-at-once', 3),
      pool('overloaded', 1),
      pool('gone', 1),
      pool('crowd', 1),
    ],
    virtualKeys: [
      { id: 'loud', secret: 'hg-loud-1234567' },
      { id: 'quiet', secret: 'hg-quiet-1234567' },
    ],
  });
  // One script for all: the waits of these tests pass at the same time.
  world.script({
    rules: [
      { match: { path: '^/seconds/', nth: 1 }, status: 429, retryAfterSeconds: 2 },
      { match: { path: '^/date/', nth: 1 }, status: 429, retryAfterDateSeconds: 3 },
      { match: { path: '^/named-twice/', nth: 1 }, status: 429, retryAfterSeconds: 3 },
      { match: { path: '^/named-twice/', nth: 1 }, status: 429, retryAfterSeconds: 1, delayMs: 150 },
      { match: { key: 'sk-all-at-once-1', nth: 1 }, status: 429, retryAfterSeconds: 4 },
      { match: { key: 'sk-all-at-once-2', nth: 1 }, status: 429, retryAfterSeconds: 2 },
      { match: { key: 'sk-all-at-once-3', nth: 1 }, status: 429, retryAfterSeconds: 3 },
      { match: { path: '^/overloaded/', nth: 1 }, status: 503, retryAfterSeconds: 2 },
      { match: { path: '^/gone/', nth: 1 }, status: 429, retryAfterSeconds: 3 },
      { match: { path: '^/crowd/', nth: 1 }, status: 429, retryAfterSeconds: 2 },
      { match: { path: '^/crowd/' }, delayMs: 20 },
    ],
  });
});
after(() => world.close());

/** The first two requests that a provider got, and the time between the end of the first and the start of the second. */
function pairOf(provider: string): { readonly first: RecordedRequest; readonly second: RecordedRequest; readonly pauseMs: number } {
  const [first, second] = world.received(provider);
  assert.ok(first !== undefined && second !== undefined, `${provider} was asked twice`);
  return { first, second, pauseMs: second.at - (first.finishedAt ?? first.at) };
}

test('rests', { concurrency: true }, async (t) => {
  void t.test('a key that named 2 seconds is not asked before they are over, and the waiting request is served', async () => {
    const answer = await world.chat('seconds');
    assert.equal(answer.status, 200);
    const { pauseMs } = pairOf('seconds');
    assert.ok(pauseMs >= 1995, `asked again after ${pauseMs} ms`);
  });

  void t.test('a date in Retry-After is met, not undercut', async () => {
    const answer = await world.chat('date');
    assert.equal(answer.status, 200);
    const { first, second } = pairOf('date');
    const askedAtMs = Date.now() - monotonicMs() + second.at;
    assert.ok(askedAtMs >= Date.parse(first.retryAfter ?? ''), `asked again at ${askedAtMs}, before ${first.retryAfter}`);
  });

  void t.test('a longer rest is not shortened by a later, shorter one', async () => {
    const answers = await Promise.all([world.chat('named-twice'), world.chat('named-twice')]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const [first, , third] = world.received('named-twice');
    const longer = world.received('named-twice').find(({ retryAfter }) => retryAfter === '3') ?? first;
    assert.ok(longer !== undefined && third !== undefined);
    assert.ok(third.at - (longer.finishedAt ?? 0) >= 2995, `asked again after ${third.at - (longer.finishedAt ?? 0)} ms`);
  });

  void t.test('429 of all keys at once suspends none, and the waiting request is served when the first wakes', async () => {
    const started = performance.now();
    const answer = await world.chat('all-at-once');
    const tookMs = performance.now() - started;
    assert.equal(answer.status, 200);
    assert.ok(tookMs >= 1995 && tookMs < 3000, `served after ${tookMs} ms, when the first of 2, 3 and 4 s was over`);
    const [, , , served] = world.received('all-at-once');
    assert.equal(served?.key, 'sk-all-at-once-2');
    const state = await waitFor('the saved state of the pool', () => savedPool('all-at-once'));
    assert.deepEqual(
      state.keys.map(({ suspended }) => suspended),
      [null, null, null],
    );
  });

  void t.test('the end that an overloaded upstream named is met, and the waiting request is served', async () => {
    assert.equal((await world.chat('overloaded')).status, 200);
    const { pauseMs } = pairOf('overloaded');
    assert.ok(pauseMs >= 1995, `asked again after ${pauseMs} ms`);
  });

  void t.test('a client that leaves the waiting room costs no upstream call', async () => {
    const leaving = new AbortController();
    const answer = world.chat('gone', { signal: leaving.signal });
    await waitFor('the first attempt', () => world.received('gone')[0]?.finishedAt ?? null);
    leaving.abort();
    await assert.rejects(answer);
    const next = await world.chat('gone');
    assert.equal(next.status, 200);
    assert.equal(world.received('gone').length, 2);
  });

  void t.test('nobody who waits is forgotten: a crowd is served after the rest', async () => {
    const first = world.chat('crowd');
    await waitFor('the refusal', () => world.received('crowd')[0]?.finishedAt ?? null);
    const crowd = [
      ...Array.from({ length: 20 }, () => world.chat('crowd', { key: 'hg-loud-1234567' })),
      world.chat('crowd', { key: 'hg-quiet-1234567' }),
    ];
    const answers = await Promise.all([first, ...crowd]);
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(world.received('crowd').length, 23);
  });
});

interface SavedPool {
  readonly provider: string;
  readonly keys: readonly { readonly id: string; readonly suspended: unknown }[];
}

function savedPool(provider: string): SavedPool | null {
  try {
    const saved = JSON.parse(readFileSync(join(world.gateway.dataDir, 'live-state.json'), 'utf8')) as { pools: readonly SavedPool[] };
    return saved.pools.find((entry) => entry.provider === provider) ?? null;
  } catch {
    return null;
  }
}
