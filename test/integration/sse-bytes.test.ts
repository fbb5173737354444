import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { readLedger } from '../support/read-ledger.ts';
import { SseReader } from '../support/sse-reader.ts';
import type { SseEvent } from '../support/sse-reader.ts';
import { waitFor } from '../support/wait-for.ts';

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'plain', models: ['plain', 'asked', 'unasked', 'refused-usage'], keys: ['sk-plain-1234'] },
      { id: 'mapped', models: [{ name: 'public-name', upstream: 'upstream-name' }], keys: ['sk-mapped-1234'] },
      { id: 'no-usage', models: ['no-usage'], keys: ['sk-no-usage-1'], streamUsage: false },
    ],
  });
});
after(() => world.close());

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

const chunk = (content: string, finish: string | null = null): string =>
  JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'plain', choices: [{ index: 0, delta: { content }, finish_reason: finish }] });

function eventsOf(raw: string): readonly SseEvent[] {
  const reader = new SseReader();
  return [...reader.push(Buffer.from(raw, 'utf8')), ...reader.flush()];
}

const prettyChunk = JSON.stringify(JSON.parse(chunk('two lines')) as unknown, null, 1)
  .split('\n')
  .map((line) => `data: ${line}\n`)
  .join('');
const STREAMS: Readonly<Record<string, string>> = {
  'characters of several bytes': `data: ${chunk('é')}\n\ndata: ${chunk('日本語')}\n\ndata: ${chunk('🙂👨‍👩‍👧')}\n\ndata: ${chunk('', 'stop')}\n\ndata: [DONE]\n\n`,
  'CRLF line ends': `data: ${chunk('a')}\r\n\r\ndata: ${chunk('b', 'stop')}\r\n\r\ndata: [DONE]\r\n\r\n`,
  'bare CR line ends': `data: ${chunk('a')}\r\rdata: ${chunk('b', 'stop')}\r\rdata: [DONE]\r\r`,
  comments: `: hello\n\ndata: ${chunk('a')}\n\n: still here\n\n: and here\ndata: ${chunk('b', 'stop')}\n\ndata: [DONE]\n\n`,
  'data over several lines': `${prettyChunk}\ndata: ${chunk('b', 'stop')}\n\ndata: [DONE]\n\n`,
  'fields without a space, ids and retry': `id:7\nretry:100\ndata:${chunk('a')}\n\nevent: message\nid: 8\ndata:${chunk('b', 'stop')}\n\ndata:[DONE]\n\n`,
  'a byte order mark': `\uFEFFdata: ${chunk('a', 'stop')}\n\ndata: [DONE]\n\n`,
  'no final newline': `data: ${chunk('a')}\n\ndata: ${chunk('b', 'stop')}\n\ndata: [DONE]`,
  'line separators that are no line ends': `data: ${chunk('one\u2028two\u2029three\u0085four', 'stop')}\n\ndata: [DONE]\n\n`,
};

for (const [what, raw] of Object.entries(STREAMS)) {
  test(`a stream with ${what} reaches the client event by event, however its bytes are cut`, async () => {
    for (const writeSizes of [[1], [7, 1, 3], [100_000]]) {
      script({ raw, writeSizes, ...(writeSizes[0] === 1 ? { intervalMs: 1 } : {}) });
      const answer = await world.streamChat('plain');
      assert.equal(answer.status, 200);
      const events = await Array.fromAsync(answer.events);
      assert.deepEqual(events, eventsOf(raw), `cut by ${writeSizes.join(',')}`);
    }
  });
}

test('a mapped name is restored however the upstream writes and cuts its events', async () => {
  for (const [what, raw] of Object.entries(STREAMS)) {
    for (const writeSizes of [[5, 2], [100_000]]) {
      script({ raw: raw.replaceAll('"plain"', '"upstream-name"'), writeSizes });
      const answer = await world.streamChat('public-name');
      const events = (await Array.fromAsync(answer.events)).map(({ data }) => (data === '[DONE]' ? data : (JSON.parse(data) as unknown)));
      const sent = eventsOf(raw.replaceAll('"plain"', '"public-name"')).map(({ data }) => (data === '[DONE]' ? data : (JSON.parse(data) as unknown)));
      assert.deepEqual(events, sent, what);
    }
  }
});

test('the first event is not held back for the second, nor the second for the third', async () => {
  script({ chunks: 5, intervalMs: 700 });
  const answer = await world.streamChat('plain');
  const request = world.received('plain').at(-1);
  for (let seen = 0; seen < 3; seen += 1) {
    const { value } = await answer.events.next();
    assert.match(value?.data ?? '', /chat\.completion\.chunk/);
    assert.equal(request?.finishedAt, null, 'the upstream has not ended yet');
  }
  answer.abort();
});

test('events reach the client as the upstream sent them, byte for byte', async () => {
  const raw = `data: {"id" : "c1",  "model":"plain", "choices":[ {"index":0,"delta":{"content":"\\u00e9\\/"},"finish_reason":null} ] , "x_vendor":{"z":1.0,"a":1e2}}\n\ndata: ${chunk('', 'stop')}\n\ndata: [DONE]\n\n`;
  script({ raw });
  const answer = await world.streamChat('plain', { body: { ...chatBody('plain'), stream: true, stream_options: { include_usage: true } } });
  const parts: Buffer[] = [];
  for await (const part of answer.bytes) parts.push(part);
  assert.equal(Buffer.concat(parts).toString('utf8'), raw);
});

test('streams have the headers of a stream', async () => {
  script({ headers: { 'content-type': 'text/event-stream', 'cache-control': 'public, max-age=60', 'x-vendor': 'kept' } });
  const answer = await world.streamChat('plain');
  await Array.fromAsync(answer.events);
  assert.match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.equal(answer.headers['cache-control'], 'no-cache');
  assert.equal(answer.headers['x-accel-buffering'], 'no');
  assert.equal(answer.headers['x-vendor'], 'kept');
  assert.equal(answer.headers['content-length'], undefined);
  assert.equal(world.received('plain').at(-1)?.headers['accept-encoding'], 'identity');
});

for (const call of PROTOCOL_CALLS.filter(({ protocol }) => protocol !== 'gemini-generate')) {
  test(`${call.protocol}: the answer shows the name that the client asked for, in every chunk and in whole answers`, async () => {
    script({});
    for (const model of ['public-name', 'mapped/public-name']) {
      const stream = await world.open(call.path(model, true), { body: call.body(model, true) });
      const events = await Array.fromAsync(stream.events);
      const names = events.flatMap(({ data }) => [...data.matchAll(/"model":"([^"]*)"/g)].map(([, name]) => name));
      assert.ok(names.length > 0);
      assert.deepEqual([...new Set(names)], [model]);
      const whole = await world.send(call.path(model, false), { body: call.body(model, false) });
      assert.equal((whole.json() as { model: string }).model, model);
    }
    assert.ok(world.received('mapped').every((request) => request.model === 'upstream-name'));
  });
}

test('gemini: the path names the upstream model, and modelVersion is left alone', async () => {
  script({});
  const answer = await world.send('/v1beta/models/public-name:generateContent', { body: { contents: [{ parts: [{ text: 'x' }] }] } });
  assert.equal((answer.json() as { modelVersion: string }).modelVersion, 'upstream-name');
  assert.equal(world.received('mapped').at(-1)?.url, '/mapped/v1beta/models/upstream-name:generateContent');
});

test('the usage chunk that the gateway asked for is hidden from a client that did not ask, and billed', async () => {
  for (const options of [{}, { stream_options: {} }, { stream_options: { include_usage: false } }, { stream_options: null }]) {
    script({ usage: { input: 321, output: 123 } });
    const answer = await world.streamChat('unasked', { body: { ...chatBody('unasked'), stream: true, ...options } });
    const events = await Array.fromAsync(answer.events);
    assert.equal(events.at(-1)?.data, '[DONE]');
    assert.ok(
      events.slice(0, -1).every(({ data }) => (JSON.parse(data) as { choices: unknown[] }).choices.length > 0),
      'no chunk without choices',
    );
    assert.ok(events.every(({ data }) => !data.includes('321')));
    assert.deepEqual((JSON.parse(world.received('plain').at(-1)?.text ?? '{}') as { stream_options: unknown }).stream_options, {
      include_usage: true,
    });
  }
  const rows = await waitFor('four rows', () => {
    const found = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === 'unasked');
    return found.length === 4 ? found : null;
  });
  for (const row of rows) assert.deepEqual([row['usageInput'], row['usageOutput'], row['usageProvenance']], [321, 123, 'measured']);
});

test('the usage chunk is shown to a client that asked for it', async () => {
  script({ usage: { input: 321, output: 123 } });
  const answer = await world.streamChat('asked', { body: { ...chatBody('asked'), stream: true, stream_options: { include_usage: true } } });
  const events = await Array.fromAsync(answer.events);
  const usage = JSON.parse(events.at(-2)?.data ?? '{}') as { choices: unknown[]; usage: { prompt_tokens: number } };
  assert.deepEqual(usage.choices, []);
  assert.equal(usage.usage.prompt_tokens, 321);
});

test('nothing is added to a request: the same bytes arrive, but for the usage of chat streams', async () => {
  script({});
  const body =
    '{"messages":[{"role":"user","content":"h\\u00e9"}] , "temperature":1.0,\n"model":"plain","seed":12345678901234567890,"x_unknown":{"__proto__":1}}';
  await world.send('/v1/chat/completions', { body, headers: { 'content-type': 'application/json' } });
  assert.equal(world.received('plain').at(-1)?.text, body);
  const stream = '{"stream":true,"model":"no-usage","messages":[]}';
  const answer = await world.open('/v1/chat/completions', { body: stream, headers: { 'content-type': 'application/json' } });
  await Array.fromAsync(answer.events);
  assert.equal(world.received('no-usage').at(-1)?.text, stream, 'a provider that refuses stream_options is not asked');
});
