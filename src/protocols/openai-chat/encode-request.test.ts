import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import { carries } from './chat-carries.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';

const PLAIN = decodeRequest({ messages: [{ role: 'user', content: 'U' }] }, { model: 'm', stream: false });
const request = (fields: Partial<CanonicalRequest>): CanonicalRequest => ({ ...PLAIN, ...fields });

/** Encodes, and holds the rule that everything lost was foretold. */
function encode(fields: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}) {
  const target = { model: 'up', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const encoded = encodeRequest(request(fields), target);
  const foretold = fingerprint(request(fields)).difference(carries(target));
  assert.ok(encoded.dropped.isSubsetOf(foretold), `${[...encoded.dropped].join()} of ${[...foretold].join()}`);
  return { body: encoded.body, dropped: [...encoded.dropped], path: encoded.path };
}

const think = (fields: Partial<NonNullable<CanonicalRequest['reasoning']>>) => ({
  reasoning: { isOn: true, effort: null, budgetTokens: null, display: null, ...fields },
});

test('nothing is added to what the request says', () => {
  assert.deepEqual(encode({}), { path: '/chat/completions', dropped: [], body: { model: 'up', messages: [{ role: 'user', content: 'U' }] } });
});

test('a stream always asks for its usage', () => {
  const { body } = encode({ stream: true, asksUsage: false });
  assert.deepEqual([body['stream'], body['stream_options']], [true, { include_usage: true }]);
});

test('the limit goes into the field that the model takes, and never above what it can', () => {
  assert.equal(encode({ maxOutputTokens: 9 }).body['max_tokens'], 9);
  const { body } = encode({ maxOutputTokens: 9 }, { outputLimitField: 'max_completion_tokens', maxOutputTokens: 5 });
  assert.deepEqual([body['max_completion_tokens'], body['max_tokens']], [5, undefined]);
});

test('sampling is carried, 0 included, and top_k is told as lost', () => {
  const { body, dropped } = encode({ temperature: 0, topP: 0.5, topK: 4, stop: ['X'], seed: 0, frequencyPenalty: 1, presencePenalty: 0, answers: 2 });
  const { model: _m, messages: _messages, ...rest } = body;
  assert.deepEqual(rest, { temperature: 0, top_p: 0.5, stop: ['X'], seed: 0, frequency_penalty: 1, presence_penalty: 0, n: 2 });
  assert.deepEqual(dropped, ['top-k']);
});

test('models that refuse sampling get none, and probabilities are sampling', () => {
  const fields = { temperature: 1, topP: 1, logitBias: { '5': 1 }, frequencyPenalty: 0, presencePenalty: 0, logprobs: 2, stop: ['X'] };
  const { body, dropped } = encode(fields, { sampling: 'none' });
  assert.deepEqual(Object.keys(body), ['model', 'messages', 'stop']);
  assert.deepEqual(dropped.toSorted(), ['frequency-penalty', 'logit-bias', 'logprobs', 'presence-penalty', 'temperature', 'top-p']);
  const one = encode({ temperature: 1, topP: 1 }, { sampling: 'one' });
  assert.deepEqual([one.body['temperature'], one.body['top_p'], one.dropped], [1, undefined, ['top-p']]);
});

test('a model that refuses sampling while it thinks gets it when it is told not to', () => {
  const thinking = { efforts: ['low'], takesBudget: false, isAdaptive: false, off: 'none', offUpTo: null } as const;
  const traits = { samplingWhileThinking: false, thinking };
  assert.deepEqual(encode({ temperature: 1 }, traits).dropped, ['temperature']);
  const quiet = encode({ temperature: 1, ...think({ isOn: false }) }, traits);
  assert.deepEqual([quiet.body['temperature'], quiet.body['reasoning_effort'], quiet.dropped], [1, 'none', []]);
});

test('efforts go to the nearest that the model has, budgets become efforts', () => {
  assert.equal(encode(think({ effort: 'max' })).body['reasoning_effort'], 'high');
  assert.equal(encode(think({ effort: 'minimal' })).body['reasoning_effort'], 'low');
  assert.equal(encode(think({ budgetTokens: 16_000 }), { maxOutputTokens: 32_000 }).body['reasoning_effort'], 'medium');
  assert.equal(encode(think({})).body['reasoning_effort'], undefined, 'adaptive says no level');
  assert.deepEqual(encode(think({ isOn: false })).body['reasoning_effort'], undefined, 'a model that thinks only when asked is not told');
  const thinking = { efforts: ['low'], takesBudget: false, isAdaptive: false, off: 'disabled', offUpTo: null } as const;
  assert.deepEqual(encode(think({ isOn: false }), { thinking }).body['thinking'], { type: 'disabled' });
});

test('what cannot be said of thinking is told as lost', () => {
  const noThought = encode({ ...think({ effort: 'low', display: 'shown' }), source: 'anthropic-messages' }, { thinking: null });
  assert.deepEqual(
    [noThought.body['reasoning_effort'], noThought.dropped.toSorted()],
    [undefined, ['thinking', 'thinking-display', 'thinking-level']],
  );
  const base = { efforts: ['low', 'high'] as const, takesBudget: false, isAdaptive: false, offUpTo: null };
  const restless = encode(think({ isOn: false }), { thinking: { ...base, off: null } });
  assert.deepEqual([restless.body['reasoning_effort'], restless.dropped], ['low', []], 'as little as it can');
  const stubborn = encode(think({ isOn: false }), { thinking: { ...base, efforts: [], off: null } });
  assert.deepEqual([stubborn.body['reasoning_effort'], stubborn.dropped], [undefined, ['thinking-level']]);
  const levelless = encode(think({ effort: 'low' }), { thinking: { ...base, efforts: [], off: 'none' } });
  assert.deepEqual([levelless.body['reasoning_effort'], levelless.dropped], [undefined, ['thinking-level']]);
  assert.deepEqual(encode(think({ effort: 'low' }), { lacks: new Set(['thinking'] as const) }).dropped.toSorted(), ['thinking', 'thinking-level']);
});

test('an effort in OpenAI’s own words goes to a model that does not think as it is: its server names the field', () => {
  const sent = (fields: Partial<CanonicalRequest>) => encode(fields, { thinking: null });
  for (const source of ['openai-chat', 'openai-responses'] as const) {
    const { body, dropped } = sent({ ...think({ effort: 'max' }), source });
    assert.deepEqual([body['reasoning_effort'], dropped], ['max', []], source);
  }
  assert.equal(sent(think({ isOn: false })).body['reasoning_effort'], undefined, 'not to think is what it does anyway');
  const { body, dropped } = sent({ ...think({ effort: 'max' }), source: 'gemini-generate' });
  assert.deepEqual([body['reasoning_effort'], dropped.toSorted()], [undefined, ['thinking', 'thinking-level']]);
  assert.equal(encode(think({ effort: 'low' }), { thinking: null, lacks: new Set(['thinking'] as const) }).body['reasoning_effort'], undefined);
});

test('a model that takes tools only without thought is told not to think, which is told where more was asked for', () => {
  const thinking = { efforts: ['low', 'high'], takesBudget: false, isAdaptive: false, off: 'none', offUpTo: null } as const;
  const traits = { thinking, toolsWhileThinking: false, sampling: 'all', samplingWhileThinking: false } as const;
  const tools = [{ kind: 'function', name: 'f', description: null, parameters: null, strict: null, grammar: null }] as const;
  const sent = (fields: Partial<CanonicalRequest>) => {
    const { body, dropped } = encode(fields, traits);
    return [body['reasoning_effort'], dropped];
  };
  assert.deepEqual(sent({ tools }), ['none', []]);
  assert.deepEqual(sent({ tools, ...think({ effort: 'high' }) }), ['none', ['thinking-level']]);
  assert.deepEqual(sent({ tools, ...think({ isOn: false }) }), ['none', []]);
  assert.deepEqual(sent({ tools, temperature: 1 }), ['none', []], 'without thought it takes sampling parameters');
  assert.deepEqual(sent(think({ effort: 'high' })), ['high', []], 'without tools it thinks');
});

test('no more stop strings go out than the model takes, and what is cut is told', () => {
  const stop = ['a', 'b', 'c', 'd', 'e'];
  const sent = (fields: Partial<CanonicalRequest>, stops: number) => {
    const { body, dropped } = encode(fields, { stops });
    return [body['stop'], dropped];
  };
  assert.deepEqual(sent({ stop }, 4), [['a', 'b', 'c', 'd'], ['many-stops']]);
  assert.deepEqual(sent({ stop: ['a', ' '] }, 4), [['a', ' '], []]);
  assert.deepEqual(sent({ stop }, 0), [undefined, ['stop']]);
  assert.deepEqual(sent({ stop }, Number.POSITIVE_INFINITY), [stop, []]);
});

test('a schema gets a name, and is strict when it qualifies and nobody said otherwise', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  const format = { type: 'json-schema', schema, name: null, description: null, strict: null } as const;
  assert.deepEqual(encode({ outputFormat: format }).body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'response', schema, strict: true },
  });
  const open = { type: 'object', properties: { a: { type: 'string' } } };
  assert.deepEqual(encode({ outputFormat: { ...format, schema: open, name: 'a b' } }).body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'a_b', schema: open },
  });
});

test('a model without schemas is told at least that it is JSON, and the loss is told', () => {
  const format = { type: 'json-schema', schema: { type: 'object' }, name: 'n', description: null, strict: null } as const;
  const { body, dropped } = encode({ outputFormat: format }, { jsonSchema: false });
  assert.deepEqual([body['response_format'], dropped.toSorted()], [{ type: 'json_object' }, ['json-schema', 'schema-keywords']]);
});

test('JSON mode is only legal where some message says JSON', () => {
  const { body } = encode({ outputFormat: { type: 'json-object' } });
  assert.deepEqual(body['messages'], [
    { role: 'system', content: 'Answer with a JSON object.' },
    { role: 'user', content: 'U' },
  ]);
  const said = [{ role: 'user', parts: [{ type: 'text', text: 'as json' }] }] as const;
  assert.deepEqual(encode({ outputFormat: { type: 'json-object' }, turns: said }).body['messages'], [{ role: 'user', content: 'as json' }]);
});

test('wishes are carried; an id that is too long is told by its hash, always the same', () => {
  const { body, dropped } = encode({ verbosity: 'low', userId: 'u', serviceTier: 'flex', cacheKey: 'k', metadata: { a: 'b' }, logprobs: 0 });
  const { model: _m, messages: _messages, ...rest } = body;
  assert.deepEqual(rest, { logprobs: true, verbosity: 'low', user: 'u', service_tier: 'flex', prompt_cache_key: 'k' });
  assert.deepEqual(dropped, ['metadata']);
  const long = 'user_'.repeat(30);
  assert.match(String(encode({ userId: long }).body['user']), /^[0-9a-f]{64}$/);
  assert.equal(encode({ userId: long }).body['user'], encode({ userId: long }).body['user']);
});

test('a conversation that ends with the assistant loses its prefill where the model has none', () => {
  const turns = [...PLAIN.turns, { role: 'assistant', parts: [{ type: 'text', text: 'So' }] }] as const;
  assert.deepEqual(encode({ turns }, { prefill: false }).dropped, ['prefill']);
  assert.deepEqual(encode({ turns }).dropped, []);
});
