import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const IDLE_MS = 500;
const TOTAL_MS = 2500;
const GRACE_MS = 1000;
const CHUNK = '{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}';

function provider(id: string, more: object = {}): ProviderPlan {
  return { id, models: [id], keys: [`sk-${id}-12345`], ...more };
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      ...PROTOCOL_CALLS.map(({ protocol }) => provider(`stall-${protocol}`, { timeouts: { idleMs: IDLE_MS } })),
      provider('pinged', { timeouts: { idleMs: IDLE_MS } }),
      provider('endless', { timeouts: { totalMs: TOTAL_MS } }),
      ...PROTOCOL_CALLS.map(({ protocol }) => provider(`told-${protocol}`)),
      provider('error-json'),
      provider('wrong-type'),
    ],
  });
});
after(() => world.close());

function rowsOf(model: string, count: number): Promise<readonly LedgerRow[]> {
  return waitFor(`${count} rows of ${model}`, () => {
    const rows = readLedger(world.gateway.dataDir).filter((row) => row['publicModel'] === model);
    return rows.length >= count ? rows : null;
  });
}

test('a stream that stalls after k chunks ends with an error event at the idle limit', async (t) => {
  const late: number[] = [];
  for (const chunks of [2, 6]) {
    world.script({ rules: [{ text: 'a b c d e f g h', chunks, intervalMs: 60_000 }] });
    await Promise.all(
      PROTOCOL_CALLS.map(async (call) => {
        const model = `stall-${call.protocol}`;
        const answer = await world.open(call.path(model, true), { body: call.body(model, true) });
        let lastAt = performance.now();
        const codes: string[] = [];
        for await (const { event, data } of answer.events) {
          assert.ok(codes.length < call.breakEvents, 'nothing follows what tells the break');
          assert.equal(call.isEnd(data), false, `a made-up end: ${data}`);
          const code = call.errorCode(event, data);
          if (code === null) lastAt = performance.now();
          else codes.push(code);
        }
        assert.deepEqual(
          codes,
          Array.from({ length: call.breakEvents }, () => 'upstream_timeout'),
        );
        late.push(performance.now() - lastAt - IDLE_MS);
      }),
    );
  }
  t.diagnostic(
    `figure: stalled streams: the error event came ${Math.min(...late).toFixed(0)} to ${Math.max(...late).toFixed(0)} ms after the idle limit (${late.length} streams)`,
  );
  assert.ok(Math.max(...late) <= GRACE_MS && Math.min(...late) > -50, `${late.map(Math.round).join(', ')} ms`);
  for (const { protocol } of PROTOCOL_CALLS) for (const row of await rowsOf(`stall-${protocol}`, 2)) assert.equal(row['outcome'], 'timeout');
});

test('pings of the upstream keep a silent stream alive beyond the idle limit', async (t) => {
  const pings = Array.from({ length: 8 }, () => ': ping\n\n');
  world.script({
    rules: [{ raw: [`data: ${CHUNK}\n\n`, ...pings, `data: ${CHUNK.replace('null', '"stop"')}\n\n`, 'data: [DONE]\n\n'], intervalMs: 250 }],
  });
  const startedAt = performance.now();
  const answer = await world.streamChat('pinged');
  const events = await Array.fromAsync(answer.events);
  const tookMs = performance.now() - startedAt;
  assert.equal(events.at(-1)?.data, '[DONE]');
  assert.equal(answer.comments.length, pings.length);
  assert.ok(tookMs > 4 * IDLE_MS);
  t.diagnostic(
    `figure: pings kept a stream alive for ${(tookMs / IDLE_MS).toFixed(1)} idle limits; ${answer.comments.length} of ${pings.length} pings were passed on`,
  );
});

test('a stream without end is ended at the total cap, and its row says timeout and what was delivered', async (t) => {
  world.script({ rules: [{ endless: true, intervalMs: 100, text: 'word' }] });
  const startedAt = performance.now();
  const answer = await world.streamChat('endless');
  const events = await Array.fromAsync(answer.events);
  const tookMs = performance.now() - startedAt;
  assert.match(events.at(-1)?.data ?? '', /upstream_timeout/);
  assert.ok(Math.abs(tookMs - TOTAL_MS) <= GRACE_MS, `ended after ${tookMs} ms`);
  const [row] = await rowsOf('endless', 1);
  assert.equal(row?.['outcome'], 'timeout');
  assert.ok(Number(row?.['usageOutput']) >= events.filter(({ data }) => data.includes('word')).length);
  await waitFor('the end of the upstream call', () => world.received('endless')[0]?.abortedAt ?? null);
  t.diagnostic(
    `figure: endless stream with a cap of ${TOTAL_MS} ms: ended after ${tookMs.toFixed(0)} ms, row ${String(row?.['outcome'])}, ${String(row?.['usageOutput'])} tokens`,
  );
});

/** A stream of one good event and one error event in the words of each protocol. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': [`data: ${CHUNK}\n\n`, 'data: {"error":{"message":"the engine exploded","type":"server_error","code":"boom"}}\n\n'],
  'openai-completions': [
    'data: {"id":"c","object":"text_completion","model":"m","choices":[{"index":0,"text":"Hi","finish_reason":null}]}\n\n',
    'data: {"error":{"message":"the engine exploded","type":"server_error","code":"boom"}}\n\n',
  ],
  'openai-responses': [
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":0,"delta":"Hi"}\n\n',
    'event: error\ndata: {"type":"error","sequence_number":1,"code":"boom","message":"the engine exploded","param":null}\n\n',
  ],
  'anthropic-messages': [
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
  ],
  'gemini-generate': [
    'data: {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"}}]}\r\n\r\n',
    'data: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}\r\n\r\n',
  ],
};

for (const call of PROTOCOL_CALLS) {
  test(`${call.protocol}: 200 and then an error event is passed on byte by byte, recorded as an error and counted by the breaker`, async (t) => {
    const model = `told-${call.protocol}`;
    const raw = TOLD[call.protocol] ?? [];
    world.script({ rules: [{ raw, intervalMs: 5 }] });
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await world.send(call.path(model, true), { body: call.body(model, true) });
      assert.equal(answer.status, 200);
      assert.equal(answer.text, raw.join(''), 'the bytes are the upstream’s');
    }
    const rows = await rowsOf(model, 5);
    assert.deepEqual(new Set(rows.map((row) => row['outcome'])), new Set(['upstream_error']));
    const metrics = await MetricsReading.of(world.origin);
    assert.equal(metrics.sum('headgate_breaker_state', model, 'state="open"'), 1);
    t.diagnostic(`figure: ${call.protocol}: 5 error events after 200: 5 rows upstream_error, breaker open, bytes unchanged`);
  });
}

test('an error as JSON with status 200 is an error in the record and in the breaker, and reaches the client unchanged', async (t) => {
  const body = '{ "error": {"message":"model is loading","type":"server_error","param":null,"code":null} }';
  world.script({ rules: [{ raw: body, headers: { 'content-type': 'application/json' } }] });
  for (let turn = 0; turn < 5; turn += 1) {
    const answer = await world.chat('error-json');
    assert.equal(answer.text, body);
  }
  const rows = await rowsOf('error-json', 5);
  assert.ok(rows.every((row) => row['outcome'] === 'upstream_error'));
  assert.equal((await MetricsReading.of(world.origin)).sum('headgate_breaker_state', 'error-json', 'state="open"'), 1);
  t.diagnostic('figure: error JSON with 200: 5 of 5 recorded as upstream_error, breaker open');
});

test('events that call themselves JSON are never taken for a served answer', async (t) => {
  const raw = [`data: ${CHUNK}\n\n`, 'data: {"error":{"message":"boom","type":"server_error"}}\n\n'];
  world.script({ rules: [{ raw, headers: { 'content-type': 'application/json' } }] });
  const answer = await world.send('/v1/chat/completions', { body: { ...chatBody('wrong-type'), stream: true } });
  const [row] = await rowsOf('wrong-type', 1);
  assert.equal(row?.['outcome'], 'upstream_error');
  assert.ok(answer.status === 502 || answer.text === raw.join(''), `${answer.status} ${answer.text}`);
  t.diagnostic(`figure: SSE with content-type json: status ${answer.status}, row ${String(row?.['outcome'])}`);
});
