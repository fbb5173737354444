import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { GatewayError } from '../domain/gateway-error.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../domain/protocol.ts';
import { readSseEvents } from '../lib/sse-events.ts';
import { PROTOCOLS } from './registry.ts';

const ID = '0190-exchange';
const OPENAI: readonly ProtocolName[] = ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'];

const parse = (text: string): Record<string, Record<string, unknown>> => JSON.parse(text) as Record<string, Record<string, unknown>>;

function eventOf(protocol: ProtocolName, error: GatewayError): { name: string; data: string }[] {
  const text = PROTOCOLS[protocol].errorEvent(error, ID, { nextSequence: 7, answerId: null, publicModel: 'm', now: 5 });
  assert.ok(text.endsWith('\n\n'), 'a whole event');
  const events: { name: string; data: string }[] = [];
  readSseEvents(Buffer.from(text), (name, data) => void events.push({ name, data: data.toString() }));
  return events;
}

test('every protocol has its folder and its place in the registry', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(folders.toSorted(), [...PROTOCOL_NAMES].toSorted());
  for (const name of PROTOCOL_NAMES) assert.equal(PROTOCOLS[name].name, name);
});

test('errors of the OpenAI protocols have type, code and param', () => {
  for (const protocol of OPENAI) {
    const body = parse(PROTOCOLS[protocol].errorBody(new GatewayError('model_not_found', 'no such model', { param: 'model' }), ID));
    assert.deepEqual(body, { error: { message: 'no such model', type: 'invalid_request_error', param: 'model', code: 'model_not_found' } });
    assert.equal(parse(PROTOCOLS[protocol].errorBody(new GatewayError('rate_limit_exceeded', 'x'), ID))['error']?.['param'], null);
  }
});

test('error types follow the cause, in the words of each protocol', () => {
  const rows = [
    ['invalid_json', 'invalid_request_error', 'INVALID_ARGUMENT', 400],
    ['invalid_api_key', 'authentication_error', 'UNAUTHENTICATED', 401],
    ['key_disabled', 'permission_error', 'PERMISSION_DENIED', 403],
    ['model_not_found', 'not_found_error', 'NOT_FOUND', 404],
    ['request_too_large', 'request_too_large', 'INVALID_ARGUMENT', 413],
    ['rate_limit_exceeded', 'rate_limit_error', 'RESOURCE_EXHAUSTED', 429],
    ['upstream_unreachable', 'api_error', 'INTERNAL', 502],
    ['no_available_key', 'overloaded_error', 'UNAVAILABLE', 503],
    ['upstream_timeout', 'timeout_error', 'DEADLINE_EXCEEDED', 504],
  ] as const;
  for (const [code, anthropic, gemini, status] of rows) {
    const error = new GatewayError(code, 'because');
    const message = parse(PROTOCOLS['anthropic-messages'].errorBody(error, ID));
    assert.deepEqual(
      [message['type'], message['error']?.['type'], message['error']?.['message'], message['request_id']],
      ['error', anthropic, 'because', ID],
      code,
    );
    const generate = parse(PROTOCOLS['gemini-generate'].errorBody(error, ID));
    assert.deepEqual([generate['error']?.['status'], generate['error']?.['code'], generate['error']?.['message']], [gemini, status, 'because'], code);
  }
});

test("a broken stream ends with the protocol's own error event", () => {
  const error = new GatewayError('upstream_interrupted', 'broke off');
  const names = Object.fromEntries(PROTOCOL_NAMES.map((protocol) => [protocol, eventOf(protocol, error).map(({ name }) => name)]));
  assert.deepEqual(names, {
    'openai-chat': [''],
    'openai-responses': ['error', 'response.failed'],
    'openai-completions': [''],
    'openai-embeddings': [''],
    'anthropic-messages': ['error'],
    'gemini-generate': [''],
  });
  for (const protocol of PROTOCOL_NAMES) {
    const [event] = eventOf(protocol, error);
    const body = JSON.parse(event?.data ?? '') as Record<string, unknown>;
    assert.notEqual(PROTOCOLS[protocol].findError(body), null, protocol);
    assert.ok(JSON.stringify(body).includes('broke off'));
  }
  const { type, sequence_number: place } = JSON.parse(eventOf('openai-responses', error)[0]?.data ?? '') as { type: string; sequence_number: number };
  assert.deepEqual([type, place], ['error', 7]);
  assert.ok(
    Number((JSON.parse(eventOf('gemini-generate', error)[0]?.data ?? '') as { error: { code: number } }).error.code) >= 400,
    'the client needs a numeric code',
  );
});

test('an answer is told from something else', () => {
  const answers: Readonly<Record<ProtocolName, readonly object[]>> = {
    'openai-chat': [{ object: 'chat.completion', choices: [] }],
    'openai-responses': [
      { object: 'response', output: [] },
      { object: 'response', status: 'failed', output: [] },
      { object: 'response.input_tokens', input_tokens: 4 },
    ],
    'openai-completions': [{ object: 'text_completion', choices: [] }],
    'openai-embeddings': [{ object: 'list', data: [] }],
    'anthropic-messages': [{ type: 'message', content: [] }, { input_tokens: 12 }],
    'gemini-generate': [{ candidates: [] }, { promptFeedback: { blockReason: 'SAFETY' } }, { totalTokens: 3 }, { embedding: { values: [] } }],
  };
  const nothing = [{}, { hello: 'world' }, { error: { message: 'no' } }, { status: 'ok' }];
  for (const protocol of PROTOCOL_NAMES) {
    for (const answer of answers[protocol])
      assert.equal(PROTOCOLS[protocol].isAnswer(answer as never), true, `${protocol} ${JSON.stringify(answer)}`);
    for (const other of nothing) assert.equal(PROTOCOLS[protocol].isAnswer(other as never), false, `${protocol} ${JSON.stringify(other)}`);
    for (const answer of answers[protocol]) if (!('status' in answer)) assert.equal(PROTOCOLS[protocol].findError(answer as never), null);
  }
});

test('an error in place of an answer is found in each form that servers use', () => {
  for (const protocol of OPENAI) {
    assert.deepEqual(PROTOCOLS[protocol].findError({ error: { message: 'no' } }), { message: 'no' });
    assert.deepEqual(PROTOCOLS[protocol].findError({ error: 'no' }), { message: 'no' }, 'some write a bare string');
    assert.equal(PROTOCOLS[protocol].findError({ error: null }), null);
  }
  assert.deepEqual(PROTOCOLS['anthropic-messages'].findError({ type: 'error', error: { type: 'api_error', message: 'no' } }), {
    type: 'api_error',
    message: 'no',
  });
  assert.deepEqual(PROTOCOLS['anthropic-messages'].findError({ error: { message: 'no' } }), { message: 'no' });
  assert.deepEqual(PROTOCOLS['gemini-generate'].findError({ error: { code: 500, message: 'no', status: 'INTERNAL' } }), {
    code: 500,
    message: 'no',
    status: 'INTERNAL',
  });
  assert.deepEqual(
    PROTOCOLS['openai-responses'].findError({ object: 'response', status: 'failed', error: { code: 'server_error', message: 'no' } }),
    { code: 'server_error', message: 'no' },
  );
});

test('usage of a whole answer, by class, without overlap', () => {
  const chat = {
    prompt_tokens: 100,
    completion_tokens: 30,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 12 },
  };
  const responses = {
    input_tokens: 100,
    output_tokens: 30,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    output_tokens_details: { reasoning_tokens: 12 },
  };
  const messages = {
    input_tokens: 30,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: 10,
    output_tokens: 30,
    output_tokens_details: { thinking_tokens: 12 },
  };
  const gemini = { promptTokenCount: 90, toolUsePromptTokenCount: 10, cachedContentTokenCount: 60, candidatesTokenCount: 18, thoughtsTokenCount: 12 };
  const found = [
    PROTOCOLS['openai-chat'].readUsage({ usage: chat }),
    PROTOCOLS['openai-responses'].readUsage({ usage: responses }),
    PROTOCOLS['anthropic-messages'].readUsage({ usage: messages }),
    { ...PROTOCOLS['gemini-generate'].readUsage({ usageMetadata: gemini }), input: 30, cacheWrite: 10 },
  ];
  for (const usage of found)
    assert.deepEqual(usage, {
      input: 30,
      cacheRead: 60,
      cacheWrite: 10,
      output: 30,
      reasoning: 12,
      audioInput: 0,
      audioOutput: 0,
      provenance: 'measured',
    });
  assert.equal(PROTOCOLS['gemini-generate'].readUsage({ usageMetadata: gemini })?.input, 40, 'Gemini tells no cache writes');
});

test('DeepSeek tells cache reads beside the standard fields', () => {
  assert.equal(PROTOCOLS['openai-chat'].readUsage({ usage: { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 8 } })?.cacheRead, 8);
});

test('counts of tokens are input, embeddings have no output', () => {
  assert.equal(PROTOCOLS['anthropic-messages'].readUsage({ input_tokens: 12 })?.input, 12);
  assert.equal(PROTOCOLS['gemini-generate'].readUsage({ totalTokens: 7 })?.input, 7);
  const embedding = PROTOCOLS['openai-embeddings'].readUsage({ usage: { prompt_tokens: 8, total_tokens: 8 } });
  assert.deepEqual([embedding?.input, embedding?.output], [8, 0]);
});

test('an answer without figures has no usage, and strange figures are no figures', () => {
  for (const protocol of PROTOCOL_NAMES) {
    assert.equal(PROTOCOLS[protocol].readUsage({}), null);
    assert.equal(PROTOCOLS[protocol].readUsage({ usage: null, usageMetadata: null }), null);
    const strange = PROTOCOLS[protocol].readUsage({
      usage: { prompt_tokens: 'many', input_tokens: -5, output_tokens: null, completion_tokens: {} },
      usageMetadata: { promptTokenCount: Number.NaN },
    });
    for (const figure of Object.values(strange ?? {})) assert.ok(typeof figure === 'string' || figure === 0, protocol);
  }
});

test('the answer tokens that a request allows are read where each protocol has them', () => {
  assert.equal(PROTOCOLS['openai-chat'].maxOutputTokens({ max_tokens: 5, max_completion_tokens: 7 }), 7);
  assert.equal(PROTOCOLS['openai-chat'].maxOutputTokens({ max_tokens: 5 }), 5);
  assert.equal(PROTOCOLS['openai-responses'].maxOutputTokens({ max_output_tokens: 9 }), 9);
  assert.equal(PROTOCOLS['openai-completions'].maxOutputTokens({}), 16);
  assert.equal(PROTOCOLS['openai-embeddings'].maxOutputTokens({ max_tokens: 5 }), 0);
  assert.equal(PROTOCOLS['anthropic-messages'].maxOutputTokens({ max_tokens: 3 }), 3);
  assert.equal(PROTOCOLS['gemini-generate'].maxOutputTokens({ generationConfig: { maxOutputTokens: 4 } }), 4);
  assert.equal(PROTOCOLS['gemini-generate'].maxOutputTokens({ generation_config: { max_output_tokens: 4 } }), 4);
  for (const protocol of ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate'] as const)
    assert.equal(PROTOCOLS[protocol].maxOutputTokens({ max_tokens: 'many' }), null);
});
