import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

import type { MockUpstream } from './mock-upstream.ts';
import { startMockUpstream } from './start-mock-upstream.ts';

let mock: MockUpstream;
before(async () => {
  mock = await startMockUpstream();
});
beforeEach(() => mock.reset());
after(() => mock.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly informational: readonly number[];
}

function post(path: string, body: unknown, headers: Record<string, string> = { authorization: 'Bearer key-1' }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const informational: number[] = [];
    const outgoing = httpRequest(`${mock.origin}${path}`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    outgoing.on('information', (info) => informational.push(info.statusCode));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts), informational }));
    });
    outgoing.end(JSON.stringify(body));
  });
}

/** Events of a data-only or named stream whose frames are all of one `data` line. */
function eventsOf(text: string): readonly { readonly event: string | null; readonly data: string }[] {
  return text
    .split(/\r?\n\r?\n/)
    .filter((frame) => frame !== '' && !frame.startsWith(':'))
    .map((frame) => ({ event: /^event: (.*)$/m.exec(frame)?.[1] ?? null, data: /^data: (.*)$/m.exec(frame)?.[1] ?? '' }));
}

function json(text: string | Buffer): Record<string, unknown> {
  return JSON.parse(text.toString()) as Record<string, unknown>;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 3000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'the condition did not come true within 3 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('answers a chat completion with usage and records what it received', async () => {
  const answer = await post('/v1/chat/completions', { model: 'm1', messages: [] });
  assert.equal(answer.status, 200);
  const body = json(answer.body);
  assert.equal(body['model'], 'm1');
  assert.deepEqual((body['usage'] as { total_tokens: number }).total_tokens, 18);
  const [record] = mock.requests;
  assert.equal(record?.key, 'key-1');
  assert.equal(record.model, 'm1');
  assert.equal(record.text, '{"model":"m1","messages":[]}');
  assert.equal(record.bodySha256, createHash('sha256').update('{"model":"m1","messages":[]}').digest('hex'));
  await until(() => record.finishedAt !== null);
  assert.equal(mock.abortedAt.length, 0);
});

test('sends the usage chunk of a chat stream only when the request asks', async () => {
  const plain = eventsOf((await post('/v1/chat/completions', { model: 'm', stream: true })).body.toString());
  assert.equal(plain.at(-1)?.data, '[DONE]');
  assert.ok(plain.slice(0, -1).every((event) => !('usage' in json(event.data))));
  const asked = await post('/v1/chat/completions', { model: 'm', stream: true, stream_options: { include_usage: true } });
  const events = eventsOf(asked.body.toString());
  const usageChunk = json(events.at(-2)?.data ?? '');
  assert.deepEqual(usageChunk['choices'], []);
  assert.equal((usageChunk['usage'] as { prompt_tokens: number }).prompt_tokens, 12);
  const text = events.slice(0, -2).map((event) => (json(event.data)['choices'] as [{ delta: { content?: string } }])[0].delta.content ?? '');
  assert.equal(text.join(''), 'Hello from the mock upstream.');
});

test('numbers the events of a Responses stream and names each as its type', async () => {
  const events = eventsOf((await post('/v1/responses', { model: 'm', stream: true, input: 'x' })).body.toString());
  events.forEach((event, index) => {
    assert.equal(json(event.data)['type'], event.event);
    assert.equal(json(event.data)['sequence_number'], index);
  });
  assert.equal(events[0]?.event, 'response.created');
  assert.equal(events.at(-1)?.event, 'response.completed');
});

test('sends a Messages stream in the order of the protocol', async () => {
  const answer = await post('/v1/messages', { model: 'm', stream: true, max_tokens: 5 }, { 'x-api-key': 'key-a' });
  const events = eventsOf(answer.body.toString());
  const order = events.map((event) => event.event).filter((name) => name !== 'ping' && name !== 'content_block_delta');
  assert.deepEqual(order, ['message_start', 'content_block_start', 'content_block_stop', 'message_delta', 'message_stop']);
  const delta = json(events.find((event) => event.event === 'message_delta')?.data ?? '');
  assert.equal((delta['usage'] as { output_tokens: number }).output_tokens, 6);
  assert.equal(mock.requests[0]?.key, 'key-a');
});

test('streams Gemini as CRLF events with alt=sse and as one JSON array without', async () => {
  const sse = await post('/v1beta/models/tuned%2Fx:streamGenerateContent?alt=sse&key=key-g', {}, {});
  assert.ok(sse.body.toString().endsWith('\r\n\r\n'));
  const last = json(eventsOf(sse.body.toString()).at(-1)?.data ?? '');
  assert.equal((last['usageMetadata'] as { totalTokenCount: number }).totalTokenCount, 18);
  assert.equal(mock.requests[0]?.model, 'tuned/x');
  assert.equal(mock.requests[0]?.key, 'key-g');
  const array = await post('/v1beta/models/g:streamGenerateContent', {}, { 'x-goog-api-key': 'key-h' });
  assert.ok(Array.isArray(JSON.parse(array.body.toString())));
  assert.equal(mock.requests[1]?.key, 'key-h');
});

test('answers the smaller calls of every vendor', async () => {
  assert.equal(json((await post('/v1/completions', { prompt: 'x' })).body)['object'], 'text_completion');
  assert.equal((json((await post('/v1/embeddings', { input: ['a', 'b'] })).body)['data'] as unknown[]).length, 2);
  assert.equal(json((await post('/v1/messages/count_tokens', {})).body)['input_tokens'], 12);
  assert.equal(json((await post('/v1beta/models/g:countTokens', {})).body)['totalTokens'], 12);
  assert.equal(json((await post('/v1beta/models/g:generateContent', {})).body)['modelVersion'], 'g');
  assert.equal((await post('/v1/audio/speech', {})).headers['content-type'], 'audio/mpeg');
  assert.equal(json((await post('/v1/files', { a: 1 })).body)['sha256'], createHash('sha256').update('{"a":1}').digest('hex'));
  const echo = json((await post('/anything/else?x=%2F', 'hey')).body);
  assert.deepEqual([echo['url'], echo['bytes']], ['/anything/else?x=%2F', 5]);
});

test('plays the first rule that matches by key, model, path and turn', async () => {
  mock.script({
    rules: [
      { match: { key: 'key-1', model: 'm', path: '^/v1/chat', nth: 2 }, status: 503, retryAfterSeconds: 7 },
      { match: { key: 'key-2' }, status: 401, times: 1 },
    ],
  });
  const call = async (key: string): Promise<Answer> => post('/v1/chat/completions', { model: 'm' }, { authorization: `bearer ${key}` });
  assert.equal((await call('key-1')).status, 200);
  const second = await call('key-1');
  assert.deepEqual([second.status, second.headers['retry-after']], [503, '7']);
  assert.equal((await call('key-1')).status, 200);
  assert.equal((await call('key-2')).status, 401);
  assert.equal((await call('key-2')).status, 200);
});

test('cuts an answer after so many bytes', async () => {
  mock.script({ rules: [{ cutAfterBytes: 40 }] });
  await assert.rejects(post('/v1/chat/completions', { model: 'm', stream: true }), { code: 'ECONNRESET' });
  mock.script({ rules: [{ cutAfterBytes: 0, cutWith: 'fin' }] });
  await assert.rejects(post('/v1/chat/completions', { model: 'm' }), { code: 'ECONNRESET' });
  mock.script({ rules: [{ refuse: true }] });
  await assert.rejects(post('/v1/chat/completions', { model: 'm' }), { code: 'ECONNRESET' });
  assert.equal(mock.abortedAt.length, 0);
});

test('hangs without an answer and notes when the other side leaves', async () => {
  mock.script({ rules: [{ hang: true }] });
  const outgoing = httpRequest(`${mock.origin}/v1/chat/completions`, { method: 'POST', agent: false });
  outgoing.on('error', () => undefined);
  outgoing.end('{}');
  await until(() => typeof mock.requests[0]?.bodyAt === 'number');
  assert.equal(mock.abortedAt.length, 0);
  outgoing.destroy();
  await until(() => mock.abortedAt.length === 1);
  assert.ok((mock.abortedAt[0] ?? 0) >= (mock.requests[0]?.at ?? Number.POSITIVE_INFINITY));
});

test('encodes whole answers and streams in each coding', async () => {
  const decoders = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync, deflate: inflateSync } as const;
  for (const contentEncoding of ['gzip', 'br', 'zstd', 'deflate'] as const) {
    mock.script({ rules: [{ contentEncoding, text: 'word '.repeat(20_000) }] });
    const whole = await post('/v1/chat/completions', { model: 'm' });
    assert.equal(whole.headers['content-encoding'], contentEncoding);
    assert.equal(json(decoders[contentEncoding](whole.body))['object'], 'chat.completion');
    mock.script({ rules: [{ contentEncoding }] });
    const stream = await post('/v1/chat/completions', { model: 'm', stream: true });
    assert.equal(eventsOf(decoders[contentEncoding](stream.body).toString()).at(-1)?.data, '[DONE]');
  }
});

test('holds a key to its quota and says when it may come back', async () => {
  let now = 1_000_000;
  const limited = await startMockUpstream({ now: () => now, script: { quotas: { 'key-1': { requestsPerMinute: 2 } } } });
  try {
    const call = async (path = '/v1/chat/completions', key = 'key-1'): Promise<Response> =>
      fetch(`${limited.origin}${path}`, { method: 'POST', body: '{}', headers: { authorization: `Bearer ${key}` } });
    assert.equal((await call()).headers.get('x-ratelimit-remaining-requests'), '1');
    assert.equal((await call()).status, 200);
    now += 20_500;
    const refused = await call();
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '40']);
    assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'rate_limit_exceeded');
    const gemini = (await (await call('/v1beta/models/g:generateContent')).json()) as { error: { details: [{ retryDelay: string }] } };
    assert.equal(gemini.error.details[0].retryDelay, '40s');
    assert.equal((await call('/v1/chat/completions', 'key-2')).status, 200);
    now += 40_000;
    assert.equal((await call()).status, 200);
  } finally {
    await limited.close();
  }
});

test('writes raw bytes in the given sizes, informational answers first', async () => {
  const raw = 'data: {"a":"ü"}\r\n\r\ndata: [DONE]';
  mock.script({ rules: [{ raw, writeSizes: [1, 3], informational: [100, 103] }] });
  const answer = await post('/v1/chat/completions', { stream: true });
  assert.equal(answer.body.toString(), raw);
  assert.deepEqual(answer.informational, [100, 103]);
});

test('answers early while the body still uploads', async () => {
  mock.script({ rules: [{ early: true, status: 413 }] });
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = httpRequest(`${mock.origin}/v1/files`, { method: 'POST', agent: false, headers: { 'content-length': '1000000' } });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      resolve(incoming.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.write('begin');
  });
  assert.equal(status, 413);
});

test('goes on for ever with an endless stream, or with comments only, until the other side leaves', async () => {
  for (const rule of [
    { endless: true, intervalMs: 1 },
    { commentsOnly: true, intervalMs: 1 },
  ]) {
    mock.reset();
    mock.script({ rules: [rule] });
    const response = await fetch(`${mock.origin}/v1/chat/completions`, {
      method: 'POST',
      body: '{"stream":true}',
      headers: { 'content-type': 'application/json' },
    });
    const reader = response.body?.getReader();
    let text = '';
    while (text.length < 2000) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    await reader?.cancel();
    await until(() => mock.abortedAt.length === 1);
    assert.equal(text.includes('data:'), rule.endless === true);
  }
});

test('takes a script over HTTP and refuses one with an unknown field by its path', async () => {
  const good = await post('/__mock/script', { rules: [{ status: 418 }], quotas: {} });
  assert.equal(good.status, 200);
  assert.equal((await post('/v1/chat/completions', {})).status, 418);
  const bad = await post('/__mock/script', { rules: [{ staus: 418 }] });
  assert.equal(bad.status, 400);
  assert.match(bad.body.toString(), /rules\[0\] has the unknown field staus/);
  const seen = json(Buffer.from(await (await fetch(`${mock.origin}/__mock/requests`)).arrayBuffer()));
  assert.equal((seen['requests'] as unknown[]).length, 1);
  assert.equal((await post('/__mock/reset', {})).status, 200);
  assert.equal(mock.requests.length, 0);
});

test('answers load with 600 bytes, or with 101 events of 220 bytes', async () => {
  const fast = await startMockUpstream({ fast: { intervalMs: 1 } });
  try {
    const call = async (body: string): Promise<string> => (await fetch(`${fast.origin}/v1/chat/completions`, { method: 'POST', body })).text();
    const whole = await call('{"model":"m"}');
    assert.equal(whole.length, 600);
    assert.equal(json(whole)['object'], 'chat.completion');
    const stream = await call('{"model":"m","stream":true}');
    const events = eventsOf(stream);
    assert.equal(events.length, 103);
    assert.ok(events.slice(0, 100).every((event) => event.data.length === 220 - 'data: '.length - 2));
    assert.equal(fast.requestCount, 2);
    assert.equal(fast.requests.length, 0);
  } finally {
    await fast.close();
  }
});
