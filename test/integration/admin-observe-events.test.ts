import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { open, type OpenAnswer } from '../support/http-client.ts';
import type { SseEvent } from '../support/sse-reader.ts';
import { waitFor } from '../support/wait-for.ts';

let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
  const made = await world.addProvider('main', { models: ['m'], keys: [{ id: 'k1', secret: 'sk-canary-of-a-provider-1' }] });
  assert.equal(made.status, 201, made.text);
});
after(() => world.close());

function listen(query = '', headers: Readonly<Record<string, string>> = {}): Promise<OpenAnswer> {
  return open({ url: `${world.gateway.origin}/api/admin/events${query}`, headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers } });
}

async function next(events: AsyncIterator<SseEvent>): Promise<SseEvent & { readonly json: Record<string, unknown> }> {
  const { value, done } = await events.next();
  if (done === true) return assert.fail('the events are over');
  return { ...value, json: JSON.parse(value.data) as Record<string, unknown> };
}

async function listeners(count: number): Promise<void> {
  await waitFor(`${count} listeners`, async () => (await world.admin.get('/api/admin/status')).json['listeners'] === count);
}

test('what happens is told as it happens, and can be gone on from where the connection broke', async () => {
  const answer = await listen();
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-type']), /^text\/event-stream/);
  assert.deepEqual([answer.headers['x-accel-buffering'], answer.headers['cache-control']], ['no', 'no-store']);
  const events = answer.events[Symbol.asyncIterator]();
  await listeners(1);
  assert.equal((await world.chat('m')).status, 200);
  const exchange = await next(events);
  assert.deepEqual([exchange.event, exchange.json['provider'], exchange.json['key'], exchange.json['status']], ['exchange', 'main', 'k1', 200]);
  await world.admin.post('/api/admin/providers/main/keys/k1/suspend', {});
  const suspended = await next(events);
  assert.deepEqual([suspended.event, suspended.json['from'], suspended.json['to']], ['key', 'ready', 'suspended']);
  answer.abort();
  await listeners(0);
  await world.admin.post('/api/admin/providers/main/keys/k1/wake', {});
  const again = await listen('', { 'last-event-id': String(exchange.id) });
  const resumed = again.events[Symbol.asyncIterator]();
  const [first, second] = [await next(resumed), await next(resumed)];
  assert.deepEqual([first.id, second.event, second.json['to']], [suspended.id, 'key', 'ready']);
  assert.ok(!`${exchange.data}${suspended.data}${second.data}`.includes('canary'));
  again.abort();
  const strange = await listen('', { 'last-event-id': 'elsewhere-5' });
  assert.equal((await next(strange.events[Symbol.asyncIterator]())).event, 'gap');
  strange.abort();
  await listeners(0);
});

test('only the types that were asked for are told, and a changed configuration is one', async () => {
  const answer = await listen('?types=config');
  const events = answer.events[Symbol.asyncIterator]();
  await listeners(1);
  assert.equal((await world.chat('m')).status, 200);
  await world.admin.patch('/api/admin/providers/main', { name: 'Main' });
  const told = await next(events);
  assert.deepEqual([told.event, told.json['summary'], told.json['author']], ['config', 'change provider main', 'admin token']);
  answer.abort();
  assert.equal((await world.admin.get('/api/admin/events?types=everything')).status, 400);
});

test('fifty listeners that come and go leave nobody behind', async () => {
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(Array.from({ length: 25 }, () => listen()));
    await listeners(25);
    for (const answer of answers) answer.abort();
    await listeners(0);
  }
});

test('a gateway that stops does not wait for listeners for long', async () => {
  const answer = await listen();
  await listeners(1);
  assert.equal(await world.gateway.stop(10_000), 0);
  await assert.rejects(async () => {
    for await (const event of answer.events) assert.fail(event.event);
  });
});
