import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeRequest } from './decode-request.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }];
const decode = (fields: Record<string, unknown>, stream = false) =>
  decodeRequest({ model: 'gpt', messages: MESSAGES, ...fields }, { model: 'gpt', stream });

function paramOf(fields: Record<string, unknown>, stream = false): string | undefined {
  try {
    decode(fields, stream);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, 'invalid_request');
    return error.param;
  }
  return undefined;
}

test('a request that says nothing but its message asks for nothing', () => {
  const { turns, tools, unmapped, featureNames: _names, ...rest } = decode({});
  assert.deepEqual(turns, [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }]);
  assert.deepEqual([tools, unmapped], [[], []]);
  assert.deepEqual(rest, {
    source: 'openai-chat',
    toolChoice: null,
    parallelToolCalls: null,
    temperature: null,
    topP: null,
    topK: null,
    stop: [],
    seed: null,
    frequencyPenalty: null,
    presencePenalty: null,
    logitBias: null,
    answers: 1,
    maxOutputTokens: null,
    logprobs: null,
    outputFormat: null,
    reasoning: null,
    verbosity: null,
    userId: null,
    serviceTier: null,
    cacheKey: null,
    metadata: null,
    stream: false,
    asksUsage: false,
  });
});

test('every field that others have is mapped, and 0 is a value', () => {
  const request = decode(
    {
      temperature: 0,
      top_p: 0,
      stop: 'X',
      seed: 0,
      frequency_penalty: 0,
      presence_penalty: -2,
      logit_bias: { '50256': -100 },
      n: 2,
      max_completion_tokens: 7,
      max_tokens: 5,
      logprobs: true,
      top_logprobs: 3,
      reasoning_effort: 'xhigh',
      verbosity: 'low',
      safety_identifier: 's',
      user: 'u',
      service_tier: 'fast',
      prompt_cache_key: 'k',
      metadata: { a: 'b' },
      stream_options: { include_usage: true, include_obfuscation: false },
    },
    true,
  );
  assert.deepEqual([request.temperature, request.topP, request.seed, request.frequencyPenalty, request.presencePenalty], [0, 0, 0, 0, -2]);
  assert.deepEqual([request.stop, request.logitBias, request.answers], [['X'], { '50256': -100 }, 2]);
  assert.equal(request.maxOutputTokens, 7, 'max_completion_tokens wins');
  assert.equal(request.logprobs, 3);
  assert.deepEqual(request.reasoning, { isOn: true, effort: 'xhigh', budgetTokens: null, display: null });
  assert.deepEqual([request.verbosity, request.userId, request.serviceTier, request.cacheKey], ['low', 's', 'priority', 'k']);
  assert.deepEqual([request.metadata, request.stream, request.asksUsage], [{ a: 'b' }, true, true]);
  assert.deepEqual(request.unmapped, []);
});

test('older spellings count where the newer ones are absent', () => {
  const request = decode({ max_tokens: 5, user: 'u', stop: ['a', 'b'], logprobs: true });
  assert.deepEqual([request.maxOutputTokens, request.userId, request.stop, request.logprobs], [5, 'u', ['a', 'b'], 0]);
  assert.equal(request.featureNames['user-id'], 'user');
  assert.equal(decode({ safety_identifier: 's' }).featureNames['user-id'], 'safety_identifier');
});

test('effort none means no thinking at all', () => {
  assert.deepEqual(decode({ reasoning_effort: 'none' }).reasoning, { isOn: false, effort: null, budgetTokens: null, display: null });
});

test('service tiers are told in words that hold for all', () => {
  const tiers = ['auto', 'default', 'flex', 'scale', 'priority', 'fast'].map((tier) => decode({ service_tier: tier }).serviceTier);
  assert.deepEqual(tiers, ['auto', 'default', 'flex', 'auto', 'priority', 'priority']);
});

test('response formats: text is none, JSON mode, a schema with its name', () => {
  assert.equal(decode({ response_format: { type: 'text' } }).outputFormat, null);
  assert.deepEqual(decode({ response_format: { type: 'json_object' } }).outputFormat, { type: 'json-object' });
  const schema = { type: 'object', properties: {} };
  assert.deepEqual(
    decode({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true, description: 'd' } } }).outputFormat,
    {
      type: 'json-schema',
      schema,
      name: 'n',
      description: 'd',
      strict: true,
    },
  );
});

test('null asks for nothing', () => {
  const fields = [
    'temperature',
    'stop',
    'tools',
    'tool_choice',
    'response_format',
    'logit_bias',
    'metadata',
    'user',
    'n',
    'prediction',
    'unheard_of',
  ];
  const request = decode(Object.fromEntries(fields.map((field) => [field, null])));
  assert.deepEqual([request.unmapped, request.answers, request.stop], [[], 1, []]);
});

test('what only OpenAI has is named, and what nobody knows is named too', () => {
  const { unmapped } = decode({
    prediction: { type: 'content', content: 'x' },
    web_search_options: {},
    store: true,
    top_k: 4,
    prompt_cache_retention: '24h',
  });
  assert.deepEqual(
    unmapped.map(({ field, weight }) => `${field} ${weight}`),
    ['store hint', 'prediction hint', 'web_search_options hint', 'top_k hint', 'prompt_cache_retention hint'],
  );
  assert.deepEqual(
    decode({ store: false, modalities: ['text'], audio: { voice: 'alloy', format: 'wav' } }).unmapped,
    [],
    'that is how others answer anyway',
  );
});

test('spoken answers are another answer, not a wish', () => {
  assert.deepEqual(decode({ modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }).unmapped, [
    { field: 'modalities', weight: 'substance' },
    { field: 'audio', weight: 'substance' },
  ]);
});

test("what OpenAI's server would refuse is refused with its field", () => {
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'user', content: '' }] }, 'messages'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_p: -0.1 }, 'top_p'],
    [{ n: 0 }, 'n'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ stop: ['a', 1] }, 'stop[1]'],
    [{ logit_bias: { '5': 101 } }, 'logit_bias.5'],
    [{ top_logprobs: 2 }, 'top_logprobs'],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort'],
    [{ verbosity: 1 }, 'verbosity'],
    [{ service_tier: 'gold' }, 'service_tier'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
    [{ response_format: { type: 'json_schema', json_schema: {} } }, 'response_format.json_schema.name'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [String(index), ''])) }, 'metadata'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
  ];
  for (const [fields, param] of rows) assert.equal(paramOf(fields), param, JSON.stringify(fields));
});
