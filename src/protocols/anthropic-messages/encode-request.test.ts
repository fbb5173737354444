import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, assistant, call, encode, NEW, OLD, PLAIN, system, text, tool, user } from '../../../test/support/message-encoding.ts';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { encodeMessagesRequest } from './encode-request.ts';

test('a limit is always given: the client’s, the model’s, or 4,096, and never more than the model has', () => {
  assert.equal(encode({}).body['max_tokens'], 4096);
  assert.equal(encode({}, { maxOutputTokens: 64_000 }).body['max_tokens'], 64_000);
  assert.equal(encode({ maxOutputTokens: 99 }, { maxOutputTokens: 64_000 }).body['max_tokens'], 99);
  assert.equal(encode({ maxOutputTokens: 100_000 }, { maxOutputTokens: 64_000 }).body['max_tokens'], 64_000);
});

test('a plain request is a plain body under the version that takes sampling', () => {
  const { path, query, headers, body } = encodeMessagesRequest(
    { ...PLAIN, turns: [system('brief'), user(text('hi'))], maxOutputTokens: 9, stream: true, stop: ['X'], userId: 'u', topK: 4 },
    { model: 'claude-x', traits: UNKNOWN_MODEL_TRAITS },
  );
  assert.deepEqual([path, query, headers], ['/messages', '', { 'anthropic-version': '2023-06-01' }]);
  assert.deepEqual(body, {
    model: 'claude-x',
    max_tokens: 9,
    system: 'brief',
    messages: [{ role: 'user', content: 'hi' }],
    top_k: 4,
    stop_sequences: ['X'],
    metadata: { user_id: 'u' },
    stream: true,
  });
});

test('temperature 0 is a value, and what is above 1 is 1', () => {
  assert.equal(encode({ temperature: 0 }).body['temperature'], 0);
  const { body, dropped } = encode({ temperature: 1.7 });
  assert.deepEqual([body['temperature'], dropped], [1, []]);
});

test('stop strings of blanks are refused, so they are left out and told', () => {
  const { body, dropped } = encode({ stop: ['a', ' ', '\n', 'b', 'c', 'd', 'e'] }, { stops: Number.POSITIVE_INFINITY });
  assert.deepEqual([body['stop_sequences'], dropped], [['a', 'b', 'c', 'd', 'e'], ['blank-stops']]);
  assert.equal('stop_sequences' in encode({ stop: [' '] }).body, false);
});

test('sampling goes where the model refuses it', () => {
  const sampled = { temperature: 0.5, topP: 0.9, topK: 3 };
  assert.deepEqual(encode(sampled, NEW).dropped, ['temperature', 'top-k', 'top-p']);
  assert.equal('temperature' in encode(sampled, NEW).body, false);
  const one = encode(sampled, { ...OLD, samplingWhileThinking: true });
  assert.deepEqual([one.body['temperature'], one.body['top_p'], one.dropped], [0.5, undefined, ['top-p']]);
  const thinking = encode({ ...sampled, reasoning: { isOn: true, effort: 'low', budgetTokens: null, display: null } }, OLD);
  assert.deepEqual(thinking.dropped, ['temperature', 'top-k', 'top-p']);
});

test('what the protocol has no field for is dropped, never forwarded', () => {
  const { body, dropped } = encode({
    seed: 1,
    frequencyPenalty: 1,
    presencePenalty: 1,
    logitBias: { 1: 2 },
    logprobs: 3,
    answers: 2,
    verbosity: 'low',
    cacheKey: 'k',
    metadata: { a: 'b' },
    serviceTier: 'flex',
  });
  assert.deepEqual(Object.keys(body), ['model', 'max_tokens', 'messages']);
  assert.deepEqual(dropped, [
    'cache-key',
    'frequency-penalty',
    'logit-bias',
    'logprobs',
    'many-answers',
    'metadata',
    'presence-penalty',
    'seed',
    'service-tier',
    'verbosity',
  ]);
});

test('tiers are translated, not copied', () => {
  assert.equal(encode({ serviceTier: 'default' }).body['service_tier'], 'standard_only');
  assert.equal(encode({ serviceTier: 'priority' }).body['service_tier'], 'auto');
});

test('JSON by schema is a format, cleaned of what the API refuses; JSON without one is asked for in words', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', minLength: 1 } }, required: ['a'] };
  const wanted = { type: 'json-schema', schema, name: 'n', description: null, strict: true } as const;
  const { body, dropped } = encode({ outputFormat: wanted });
  assert.deepEqual(dropped, ['schema-keywords']);
  assert.deepEqual(body['output_config'], {
    format: {
      type: 'json_schema',
      schema: { type: 'object', properties: { a: { type: 'string', description: '{minLength: 1}' } }, required: ['a'], additionalProperties: false },
    },
  });
  const object = encode({ outputFormat: { type: 'json-object' }, turns: [system('brief'), user(text('hi'))] });
  assert.deepEqual(object.dropped, []);
  assert.match(JSON.stringify(object.body['system']), /brief.*one JSON object/);
  const unable = encode({ outputFormat: wanted }, { jsonSchema: false });
  assert.deepEqual([unable.dropped, unable.body['output_config']], [['json-schema'], undefined]);
  assert.match(String(unable.body['system']), /minLength/);
});

test('four cache marks stay, the last ones', () => {
  const marked = (words: string): CanonicalPart => ({ type: 'text', text: words, cacheMark: true });
  const { body, dropped } = encode({
    tools: [tool({ cacheMark: true })],
    turns: [{ role: 'system', parts: [marked('s')] }, user(marked('1'), marked('2')), assistant(marked('3')), user(text('4'))],
  });
  assert.deepEqual(dropped, ['cache-marks']);
  assert.equal(JSON.stringify(body).match(/"cache_control":\{"type":"ephemeral"\}/g)?.length, 4);
  assert.equal('cache_control' in ((body['tools'] as JsonObject[])[0] ?? {}), false);
});

test('a model without tools or images gets neither, and both are told', () => {
  const image: CanonicalPart = { type: 'image', source: { type: 'url', url: 'https://x.test/a', mediaType: null }, detail: null };
  const { body, dropped } = encode(
    {
      tools: [tool({ strict: true })],
      toolChoice: { type: 'required' },
      turns: [user(text('go'), image), assistant(text('so'), call('a')), answered('a'), user(text('?'))],
    },
    { lacks: new Set(['tools', 'images']) },
  );
  assert.deepEqual(dropped, ['forced-tool', 'image-urls', 'images', 'strict-tools', 'tools']);
  assert.deepEqual(body['messages'], [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: 'so' },
    { role: 'user', content: '?' },
  ]);
  assert.equal('tools' in body, false);
});
