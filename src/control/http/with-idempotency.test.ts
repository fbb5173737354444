import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from '../../../test/support/refusal-of.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { AdminAnswer, AdminCall, AdminRoute } from './admin-route.ts';
import { withIdempotency } from './with-idempotency.ts';

const ADMIN: Principal = { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' };
const DAY_MS = 86_400_000;

interface Asked {
  readonly key?: string;
  readonly body?: unknown;
  readonly params?: unknown;
  readonly principal?: Principal;
}

/** A route that numbers its runs, and a way to call it. */
function world(handle: (run: number) => Promise<AdminAnswer> = async (run) => ({ status: 201, body: { run }, headers: { etag: '"1"' } })): {
  readonly call: (asked?: Asked) => Promise<AdminAnswer>;
  readonly runs: () => number;
  readonly setNow: (nowMs: number) => void;
} {
  let runs = 0;
  let nowMs = 1000;
  const route: AdminRoute = {
    method: 'POST',
    path: '/things',
    access: 'virtual-keys:write',
    summary: 'Make a thing.',
    answers: {},
    handle: () => {
      runs += 1;
      return handle(runs);
    },
  };
  const { handle: once } = withIdempotency(route, () => nowMs);
  const call = async ({ key, body = { name: 'x' }, params = null, principal = ADMIN }: Asked = {}): Promise<AdminAnswer> => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const made: AdminCall = {
      principal,
      params,
      query: null,
      body,
      headers,
      address: '',
      isSecure: false,
      requestId: '',
      signal: AbortSignal.abort(),
    };
    return once(made);
  };
  return { call, runs: () => runs, setNow: (next) => (nowMs = next) };
}

test('the same key and body give the same answer again, and say so', async () => {
  const { call, runs } = world();
  assert.deepEqual(await call({ key: 'a' }), { status: 201, body: { run: 1 }, headers: { etag: '"1"' } });
  assert.deepEqual(await call({ key: 'a' }), { status: 201, body: { run: 1 }, headers: { etag: '"1"', 'idempotent-replayed': 'true' } });
  assert.equal(runs(), 1);
});

test('without a key each request is a run of its own', async () => {
  const { call, runs } = world();
  await call();
  await call();
  assert.equal(runs(), 2);
});

test('another body under the same key is a conflict', async () => {
  const { call, runs } = world();
  await call({ key: 'a' });
  assert.match(await refusalOf(call({ key: 'a', body: { name: 'y' } })), /^conflict: /);
  assert.equal(runs(), 1);
});

test('requests that come at once share one run', async () => {
  const gate = Promise.withResolvers<void>();
  const { call, runs } = world(async (run) => {
    await gate.promise;
    return { body: { run } };
  });
  const asked = [1, 2, 3].map(() => call({ key: 'a' }));
  gate.resolve();
  assert.deepEqual(
    (await Promise.all(asked)).map(({ body }) => body),
    [{ run: 1 }, { run: 1 }, { run: 1 }],
  );
  assert.equal(runs(), 1);
});

test('a refusal is not kept: the same key may try again', async () => {
  const { call } = world(async (run) => {
    if (run === 1) throw new OperationError('conflict', 'Not now.');
    return { body: { run } };
  });
  assert.equal(await refusalOf(call({ key: 'a' })), 'conflict: Not now.');
  assert.deepEqual((await call({ key: 'a' })).body, { run: 2 });
});

test('other principals and other things share nothing', async () => {
  const { call, runs } = world();
  await call({ key: 'a' });
  await call({ key: 'a', principal: { kind: 'user', id: 'admin-token', name: 'somebody', role: 'admin', sessionId: 's' } });
  await call({ key: 'a', params: { id: 'other' } });
  assert.equal(runs(), 3);
});

test('after a day the key is free again', async () => {
  const { call, runs, setNow } = world();
  await call({ key: 'a' });
  setNow(1000 + DAY_MS - 1);
  await call({ key: 'a' });
  assert.equal(runs(), 1);
  setNow(1000 + DAY_MS);
  await call({ key: 'a' });
  assert.equal(runs(), 2);
});

test('the latest thousand are kept', async () => {
  const { call, runs } = world();
  for (let number = 0; number <= 1000; number += 1) await call({ key: `key-${number}` });
  await call({ key: 'key-1' });
  assert.equal(runs(), 1001);
  await call({ key: 'key-0' });
  assert.equal(runs(), 1002);
});

test('a key that is none is refused', async () => {
  const { call, runs } = world();
  for (const key of ['', 'with a space', 'x'.repeat(256), 'ümlaut']) assert.match(await refusalOf(call({ key })), /^invalid_request: /);
  assert.equal(runs(), 0);
});
