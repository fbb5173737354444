import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { OpenAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import type { ProtocolCall } from '../support/protocol-calls.ts';
import { readLedger, waitForRows } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import type { SseEvent } from '../support/sse-reader.ts';
import { waitFor } from '../support/wait-for.ts';

function provider(id: string, more: object = {}): ProviderPlan {
  return { id, models: [id], keys: [`sk-${id}`], ...more };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      ...PROTOCOL_CALLS.flatMap(({ protocol }) => [
        provider(`rst-${protocol}`),
        provider(`fin-${protocol}`),
        provider(`idle-${protocol}`, { timeouts: { idleMs: 300 } }),
      ]),
      provider('healthy'),
      provider('array'),
      provider('whole'),
      provider('told'),
      provider('error-first', { models: ['either'], priority: 0 }),
      provider('error-first-2', { models: ['either'], priority: 1 }),
      provider('error-alone'),
      provider('error-json'),
      provider('not-json', { models: ['not-json-model'], priority: 0 }),
      provider('not-json-2', { models: ['not-json-model'], priority: 1 }),
      provider('empty', { models: ['empty-model'], priority: 0 }),
      provider('empty-2', { models: ['empty-model'], priority: 1 }),
      provider('hanging', { timeouts: { firstByteMs: 300, streamFirstByteMs: 300 } }),
      provider('chatty', { timeouts: { idleMs: 400, totalMs: 1500 } }),
      provider('endless', { timeouts: { totalMs: 800 } }),
    ],
  });
});
after(() => world.close());

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

async function collect(answer: OpenAnswer): Promise<readonly SseEvent[]> {
  return Array.fromAsync(answer.events);
}

function openStream(call: ProtocolCall, model: string): Promise<OpenAnswer> {
  return world.open(call.path(model, true), { body: call.body(model, true) });
}

function rowsOf(model: string): Promise<readonly LedgerRow[]> {
  return waitFor(`a row of ${model}`, () => {
    const rows = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === model);
    return rows.length > 0 ? rows : null;
  });
}

/** What tells the break, at the end and nowhere before, and no end in order. */
function assertToldBreak(call: ProtocolCall, events: readonly SseEvent[], code: string): void {
  assert.ok(events.length >= 3, `only ${events.length} events came`);
  for (const { event, data } of events.slice(-call.breakEvents)) assert.equal(call.errorCode(event, data), code, data);
  for (const event of events.slice(0, -call.breakEvents)) {
    assert.equal(call.errorCode(event.event, event.data), null, `an error before the end: ${event.data}`);
    assert.equal(call.isEnd(event.data), false, `a made-up end: ${event.data}`);
  }
}

for (const call of PROTOCOL_CALLS) {
  for (const how of ['rst', 'fin'] as const) {
    test(`${call.protocol}: after a ${how.toUpperCase()} in mid-stream the client gets the protocol's error event and no end`, async () => {
      const model = `${how}-${call.protocol}`;
      script({ match: { path: `/${model}/` }, chunks: 40, intervalMs: 3, cutAfterBytes: 4000, cutWith: how }, { chunks: 30, intervalMs: 5 });
      const healthy = openStream(call, 'healthy').then(collect);
      assertToldBreak(call, await collect(await openStream(call, model)), 'upstream_interrupted');
      const others = await healthy;
      assert.ok(
        others.some(({ data }) => call.isEnd(data)),
        'another stream went on to its end',
      );
      assert.ok(others.every(({ event, data }) => call.errorCode(event, data) === null));
      const [row] = await rowsOf(model);
      assert.equal(row?.['outcome'], 'upstream_error');
      assert.ok(Number(row?.['usageOutput']) > 0, 'what was delivered is billed');
    });
  }

  test(`${call.protocol}: a stream that falls silent is ended with the protocol's error event`, async () => {
    const model = `idle-${call.protocol}`;
    script({ match: { path: `/${model}/` }, chunks: 3, intervalMs: 60_000 });
    const events = await collect(await openStream(call, model));
    const last = events.at(-1);
    assert.ok(last !== undefined);
    assert.equal(call.errorCode(last.event, last.data), 'upstream_timeout', last.data);
    assert.ok(events.every(({ data }) => !call.isEnd(data)));
    const [row] = await rowsOf(model);
    assert.equal(row?.['outcome'], 'timeout');
    await waitFor('the end of the silent upstream connection', () => world.received(model)[0]?.abortedAt ?? null);
  });
}

test('a JSON-array stream that breaks is broken for the client too, never closed with a bracket', async () => {
  script({ chunks: 40, intervalMs: 3, cutAfterBytes: 3000 });
  const answer = await world.open('/v1beta/models/array:streamGenerateContent', { body: { contents: [] } });
  const parts: Buffer[] = [];
  await assert.rejects(async () => {
    for await (const part of answer.bytes) parts.push(part);
  });
  assert.ok(!Buffer.concat(parts).toString('utf8').trimEnd().endsWith(']'));
});

test('a whole answer that breaks off is 502, not half a body', async () => {
  script({ cutAfterBytes: 50 });
  const answer = await world.chat('whole');
  assert.equal(answer.status, 502);
  assert.equal((answer.json() as { error: { code: string } }).error.code, 'upstream_unreachable');
});

test('an error event in mid-stream is passed on as it came and recorded as an upstream error', async () => {
  const chunk = '{"id":"c","object":"chat.completion.chunk","model":"told","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}';
  const error = '{"error":{"message":"the engine exploded","type":"server_error","param":null,"code":"boom"}}';
  script({ raw: [`data: ${chunk}\n\n`, `data: ${error}\n\n`], intervalMs: 5 });
  const events = await collect(await world.streamChat('told'));
  assert.deepEqual(
    events.map(({ data }) => data),
    [chunk, error],
  );
  assert.equal((await rowsOf('told'))[0]?.['outcome'], 'upstream_error');
});

test('an error event first in a stream with status 200 moves the request to the next provider', async () => {
  const error = 'data: {"error":{"message":"overloaded","type":"server_error","code":503}}\n\n';
  script({ match: { path: '^/error-first/' }, raw: error }, {});
  const answer = await world.streamChat('either');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-headgate-provider'], 'error-first-2');
  const events = await collect(answer);
  assert.equal(events.at(-1)?.data, '[DONE]');
  assert.ok(events.every(({ data }) => !data.includes('overloaded')));
});

test('an error event first in a stream is told with an error status when nothing is left', async () => {
  script({ raw: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n' });
  const answer = await world.send('/v1/messages', {
    body: { model: 'error-alone', max_tokens: 5, messages: [{ role: 'user', content: 'x' }], stream: true },
  });
  assert.equal(answer.status, 529);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  assert.deepEqual(answer.json(), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
});

test('an error as JSON with status 200 is recorded as an upstream error', async () => {
  const body = { error: { message: 'model is loading', type: 'server_error', param: null, code: null } };
  script({ body });
  const answer = await world.chat('error-json');
  assert.deepEqual(answer.json(), body);
  assert.equal((await rowsOf('error-json'))[0]?.['outcome'], 'upstream_error');
});

test('a stream that is not the protocol’s, or ends before its first event, moves to the next provider', async () => {
  script({ match: { path: '^/not-json/' }, raw: 'data: <html>busy</html>\n\n' }, { match: { path: '^/empty/' }, raw: '' }, {});
  for (const [model, served] of [
    ['not-json-model', 'not-json-2'],
    ['empty-model', 'empty-2'],
  ] as const) {
    const answer = await world.streamChat(model);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-headgate-provider'], served);
    assert.equal((await collect(answer)).at(-1)?.data, '[DONE]');
  }
});

test('an upstream that never answers is 504 when the first-byte deadline passes, for streams and whole answers', async () => {
  script({ hang: true });
  const [whole, stream] = await Promise.all([
    world.chat('hanging'),
    world.send('/v1/chat/completions', { body: { ...chatBody('hanging'), stream: true } }),
  ]);
  for (const answer of [whole, stream]) {
    assert.equal(answer.status, 504);
    assert.equal((answer.json() as { error: { code: string } }).error.code, 'upstream_timeout');
  }
  const rows = await waitFor('both rows', async () => {
    const found = await rowsOf('hanging');
    return found.length >= 2 ? found : null;
  });
  assert.ok(rows.every((row) => row['outcome'] === 'timeout'));
});

test('comments count as life, and are passed on at once; the total deadline ends such a stream', async () => {
  script({ commentsOnly: true, intervalMs: 100 });
  const answer = await world.streamChat('chatty');
  const events = await collect(answer);
  assert.ok(answer.comments.length >= 5, `${answer.comments.length} comments came`);
  assert.equal(events.length, 1);
  assert.match(events[0]?.data ?? '', /"code":"upstream_timeout"/);
  assert.equal((await rowsOf('chatty'))[0]?.['outcome'], 'timeout');
});

test('a stream without end is ended at the total deadline with an error event', async () => {
  script({ endless: true, intervalMs: 20 });
  const [call] = PROTOCOL_CALLS;
  assert.ok(call !== undefined);
  assertToldBreak(call, await collect(await openStream(call, 'endless')), 'upstream_timeout');
  assert.equal((await rowsOf('endless'))[0]?.['outcome'], 'timeout');
  const rows = await waitForRows(world.gateway.dataDir, 1);
  assert.equal(new Set(rows.map((row) => row['id'])).size, rows.length);
});
