import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const MIB = 1024 * 1024;

let world: MockedGateway;
let isOver = false;
let behaved: Promise<readonly number[]>;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['plain'], keys: ['sk-vendor-12345'] },
      { id: 'steady', models: ['steady'], keys: ['sk-steady-12345'] },
    ],
    virtualKeys: [{ id: 'counted', secret: 'hg-counted-12345', limits: { tokensPerMinute: 1000 } }],
  });
  behaved = beWellBehaved();
});
after(() => world.close());

/** A parallel client that does nothing wrong, until the last test. */
async function beWellBehaved(): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (!isOver) {
    const answer = await world.streamChat('steady');
    const events = await Array.fromAsync(answer.events);
    statuses.push(events.at(-1)?.data === '[DONE]' ? answer.status : 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return statuses;
}

/** The error code, wherever the protocol has it; fails when the answer is no JSON error of that protocol. */
function codeOf(answer: { readonly text: string; readonly headers?: ClientAnswer['headers'] }, protocol: string): string {
  if (answer.headers !== undefined) {
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  }
  const body = JSON.parse(answer.text) as {
    type?: string;
    error: { message: unknown; type?: unknown; code?: unknown; status?: unknown; details?: readonly { reason?: unknown }[] };
  };
  assert.equal(typeof body.error.message, 'string');
  if (protocol === 'gemini-generate') {
    assert.equal(typeof body.error.status, 'string');
    return String(body.error.details?.[0]?.reason);
  }
  assert.equal(typeof body.error.type, 'string');
  if (protocol === 'anthropic-messages') assert.equal(body.type, 'error');
  else assert.ok('param' in body.error);
  return String(body.error.code);
}

const BAD_BODIES: readonly (readonly [what: string, body: string, status: number, code: string])[] = [
  ['nothing', '', 400, 'invalid_json'],
  ['a broken object', '{"model":"plain",', 400, 'invalid_json'],
  ['two objects', '{"model":"plain"}{"model":"plain"}', 400, 'invalid_json'],
  ['text', 'hello', 400, 'invalid_json'],
  ['single quotes', "{'model':'plain'}", 400, 'invalid_json'],
  ['a raw newline in a string', '{"model":"pl\nain"}', 400, 'invalid_json'],
  ['NaN', '{"model":"plain","temperature":NaN}', 400, 'invalid_json'],
  ['a list', '[{"model":"plain"}]', 400, 'invalid_request'],
  ['a string', '"plain"', 400, 'invalid_request'],
  ['null', 'null', 400, 'invalid_request'],
  ['a deep list', `{"model":"plain","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'invalid_request'],
  ['a deep object', `${'{"model":"plain","x":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400, 'invalid_request'],
  ['an endless depth', '{"x":'.repeat(200_000), 400, 'invalid_request'],
];

for (const call of PROTOCOL_CALLS) {
  test(`${call.protocol}: bodies that cannot be read are refused in the protocol’s own form`, async () => {
    for (const [what, body, status, code] of BAD_BODIES) {
      const answer = await world.send(call.path('plain', false), { method: 'POST', body, headers: JSON_TYPE });
      assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 200)}`);
      assert.equal(codeOf(answer, call.protocol), code, what);
    }
    const wrongType = await world.send(call.path('plain', false), { body: '<xml/>', headers: { 'content-type': 'text/xml' } });
    assert.equal(wrongType.status, 415);
    assert.equal(codeOf(wrongType, call.protocol), 'unsupported_content_type');
    const unknown = await world.send(call.path('nobody-has-this', true), { body: call.body('nobody-has-this', true) });
    assert.equal(unknown.status, 404);
    assert.equal(codeOf(unknown, call.protocol), 'model_not_found');
    const provider = await world.send(call.path('plain', true), { body: call.body('plain', true), headers: { 'x-llm-provider': 'nobody' } });
    assert.equal(provider.status, 404);
    assert.equal(codeOf(provider, call.protocol), 'provider_not_found');
    const stranger = await world.send(call.path('plain', true), { key: 'hg-nobody', body: call.body('plain', true) });
    assert.equal(stranger.status, 401);
    assert.equal(codeOf(stranger, call.protocol), 'invalid_api_key');
    assert.equal(world.received('vendor').length, 0, 'no upstream saw any of it');
  });
}

test('a model that is no text, missing, or named twice is refused', async () => {
  const cases: readonly (readonly [body: string, code: string])[] = [
    ['{}', 'missing_model'],
    ['{"model":""}', 'missing_model'],
    ['{"model":null}', 'missing_model'],
    ['{"model":7}', 'missing_model'],
    ['{"model":["plain"]}', 'missing_model'],
    ['{"__proto__":{"model":"plain"}}', 'missing_model'],
    ['{"constructor":{"prototype":{"model":"plain"}}}', 'missing_model'],
    ['{"model":"nobody","model":"plain"}', 'invalid_request'],
    ['{"model":"plain","x":1,"model":"plain"}', 'invalid_request'],
    ['{"mod\\u0065l":"plain"}', 'invalid_request'],
    ['{"model":"plain","stream":false,"stream":true}', 'invalid_request'],
  ];
  for (const [body, code] of cases) {
    const answer = await world.send('/v1/chat/completions', { body, headers: JSON_TYPE });
    assert.equal(answer.status, 400, body);
    assert.equal(codeOf(answer, 'openai-chat'), code, body);
  }
  assert.equal(world.received('vendor').length, 0);
});

test('__proto__ members pollute nothing and pass as they came', async () => {
  const body =
    '{"__proto__":{"isAdmin":true,"stream":true},"model":"plain","messages":[{"role":"user","content":"x","__proto__":{"x":1}}],"constructor":{"prototype":{"polluted":1}}}';
  const answer = await world.send('/v1/chat/completions', { body, headers: JSON_TYPE });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(world.received('vendor').at(-1)?.text, body);
});

test('numbers beyond range break no account', async () => {
  for (const value of ['1e999', '-1e999', '-5', '0', '0.5', '1e308', '9007199254740993', '123456789012345678901234567890']) {
    const body = `{"model":"plain","messages":[],"max_tokens":${value},"seed":${value}}`;
    const answer = await world.send('/v1/chat/completions', { body, headers: JSON_TYPE });
    assert.equal(answer.status, 200, value);
    assert.equal(world.received('vendor').at(-1)?.text, body);
  }
  const first = await world.send('/v1/chat/completions', {
    key: 'hg-counted-12345',
    body: '{"model":"plain","messages":[],"max_tokens":1e999}',
    headers: JSON_TYPE,
  });
  assert.equal(first.status, 200, 'a request larger than the whole limit may pass alone');
  const second = await world.send('/v1/chat/completions', {
    key: 'hg-counted-12345',
    body: '{"model":"plain","messages":[],"max_tokens":-1e999}',
    headers: JSON_TYPE,
  });
  assert.ok([200, 429].includes(second.status));
  const third = await world.send('/v1/chat/completions', {
    key: 'hg-counted-12345',
    body: '{"model":"plain","messages":[],"max_tokens":2000}',
    headers: JSON_TYPE,
  });
  assert.equal(third.status, 429, 'the counter was not driven below zero');
});

test('a model’s name in a message is short and one line', async () => {
  const answer = await world.chat(`evil\r\nx-injected: 1\u0000${'a'.repeat(100_000)}`);
  assert.equal(answer.status, 404);
  assert.ok(answer.body.length < 1000);
  assert.ok(!answer.text.includes('\\r') && !answer.text.includes('\\n') && !answer.text.includes('\\u0000'));
  assert.equal(answer.headers['x-injected'], undefined);
});

test('bytes that are no UTF-8 do no harm', async () => {
  const answer = await world.send('/v1/chat/completions', {
    body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    headers: JSON_TYPE,
  });
  assert.equal(answer.status, 400);
});

test('a body of 33 MiB is 413, whether it declares its length or not, and the connection closes', async () => {
  const body = Buffer.concat([Buffer.from('{"model":"plain","x":"'), Buffer.alloc(33 * MIB, 0x61), Buffer.from('"}')]);
  for (const declares of [true, false]) {
    const outcome = await new Promise<{ status: number; text: string } | NodeJS.ErrnoException>((resolve) => {
      const outgoing = httpRequest(`${world.origin}/v1/chat/completions`, {
        method: 'POST',
        agent: false,
        headers: { ...JSON_TYPE, authorization: `Bearer ${TESTER_KEY}`, ...(declares ? { 'content-length': body.length } : {}) },
      });
      outgoing.once('error', resolve);
      outgoing.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.once('error', resolve);
      });
      outgoing.end(body);
    });
    // A client that does not read while it writes may only meet the closed connection.
    if (outcome instanceof Error) {
      assert.match(outcome.code ?? '', /EPIPE|ECONNRESET/);
      continue;
    }
    assert.equal(outcome.status, 413);
    assert.equal(codeOf(outcome, 'openai-chat'), 'request_too_large');
  }
  const allowed = Buffer.concat([Buffer.from('{"model":"plain","messages":[],"x":"'), Buffer.alloc(31 * MIB, 0x61), Buffer.from('"}')]);
  const answer = await world.send('/v1/chat/completions', { body: allowed, headers: JSON_TYPE });
  assert.equal(answer.status, 200);
  assert.equal(world.received('vendor').at(-1)?.bodyBytes, allowed.length);
});

test('headers of 70 KiB, and more than 200 fields, are 431 in JSON', async () => {
  const head = (lines: readonly string[]): string =>
    ['GET /v1/models HTTP/1.1', 'host: x', `authorization: Bearer ${TESTER_KEY}`, 'connection: close', ...lines, '', ''].join('\r\n');
  for (const lines of [
    [`x-large: ${'a'.repeat(70 * 1024)}`],
    Array.from({ length: 201 }, (_, index) => `x-${index}: 1`),
    Array.from({ length: 2000 }, (_, index) => `x-${index}: 1`),
  ]) {
    const result = await sendRawBytes({ port: world.gateway.port, writes: [head(lines)], quietMs: 2000 });
    assert.match(result.text, /^HTTP\/1\.1 431 /, `${lines.length} lines`);
    assert.equal(codeOf({ text: result.text.split('\r\n\r\n')[1] ?? '' }, 'openai-chat'), 'headers_too_large');
    assert.equal(result.end, 'fin');
  }
  const allowed = await sendRawBytes({
    port: world.gateway.port,
    writes: [head(Array.from({ length: 190 }, (_, index) => `x-${index}: 1`))],
    quietMs: 2000,
  });
  assert.match(allowed.text, /^HTTP\/1\.1 200 /);
  const large = await sendRawBytes({ port: world.gateway.port, writes: [head([`x-large: ${'a'.repeat(60 * 1024)}`])], quietMs: 2000 });
  assert.match(large.text, /^HTTP\/1\.1 200 /);
});

test('a client that breaks off in the middle of its body costs no upstream call', async () => {
  world.mock.reset();
  const result = await sendRawBytes({
    port: world.gateway.port,
    writes: [
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TESTER_KEY}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model"`,
    ],
    halfClose: true,
    quietMs: 1000,
  });
  assert.doesNotMatch(result.text, /^HTTP\/1\.1 200/);
  assert.equal(world.received('vendor').length, 0);
});

test('many messages are refused by their number, before they are sent anywhere', async () => {
  const answer = await world.chat('plain', {
    body: { ...chatBody('plain'), messages: Array.from({ length: 10_001 }, () => ({ role: 'user', content: 'x' })) },
  });
  assert.equal(answer.status, 400);
  assert.equal(codeOf(answer, 'openai-chat'), 'invalid_request');
});

test('all the while the process lived and the well-behaved client was served', async () => {
  isOver = true;
  const statuses = await behaved;
  assert.ok(statuses.length > 10, `${statuses.length} requests`);
  assert.ok(
    statuses.every((status) => status === 200),
    statuses.join(','),
  );
  assert.equal((await world.send('/health/ready')).status, 200);
  assert.doesNotMatch(world.gateway.stdout() + world.gateway.stderr(), /defect|Uncaught|UnhandledPromise/i);
});
