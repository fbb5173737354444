import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalReasoning, CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits, type ThinkingTraits } from '../../domain/model-traits.ts';
import { generateCarries } from './carries.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { encodeGenerateRequest } from './encode-request.ts';

const EMPTY = decodeGenerateRequest({ contents: [{ parts: [{ text: 'hi' }] }] }, { model: 'm', stream: false });
const LEVELS: ThinkingTraits = { efforts: ['minimal', 'low', 'medium', 'high'], takesBudget: false, isAdaptive: false, off: null, offUpTo: null };
const BUDGET: ThinkingTraits = { efforts: [], takesBudget: true, isAdaptive: false, off: 'zero-budget', offUpTo: null };

/** Encodes, and checks what every request has to keep: what is dropped was foretold. */
function encode(
  request: Partial<CanonicalRequest>,
  traits: Partial<ModelTraits> = {},
): { config: Record<string, unknown> | undefined; dropped: string[] } {
  const whole = { ...EMPTY, ...request };
  const target = { model: 'gemini-x', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const { body, dropped } = encodeGenerateRequest(whole, target);
  const carried = generateCarries(target);
  for (const feature of dropped) assert.ok(fingerprint(whole).has(feature) && !carried.has(feature), `${feature} was not foretold`);
  return { config: body['generationConfig'] as Record<string, unknown> | undefined, dropped: [...dropped].toSorted() };
}

const think = (rest: Partial<CanonicalReasoning>): CanonicalReasoning => ({ isOn: true, effort: null, budgetTokens: null, display: null, ...rest });

test('the configuration carries what it has fields for, in range, and 0 is a value', () => {
  const wishes = {
    maxOutputTokens: 64,
    temperature: 0,
    topP: 0.9,
    topK: 40,
    stop: ['1', '2', '3', '4', '5', '6'],
    seed: 2 ** 40 + 7,
    frequencyPenalty: 2,
    presencePenalty: -1,
    logprobs: 0,
    answers: 3,
  };
  const { config, dropped } = encode(wishes, { stops: 5 });
  assert.deepEqual(config, {
    maxOutputTokens: 64,
    temperature: 0,
    topP: 0.9,
    topK: 40,
    stopSequences: ['1', '2', '3', '4', '5'],
    seed: 7,
    frequencyPenalty: 1.99,
    presencePenalty: -1,
    responseLogprobs: true,
    candidateCount: 3,
  });
  assert.deepEqual(dropped, ['many-stops'], 'what is cut is told');
  assert.equal(encode({ logprobs: 5 }).config?.['logprobs'], 5);
  assert.equal(encode({ maxOutputTokens: 99_999 }, { maxOutputTokens: 8192 }).config?.['maxOutputTokens'], 8192);
  assert.equal(encode({}).config, undefined);
});

test('models that refuse penalties get none', () => {
  const { config, dropped } = encode({ frequencyPenalty: 1, presencePenalty: 1 }, { penalties: false });
  assert.deepEqual([config, dropped], [undefined, ['frequency-penalty', 'presence-penalty']]);
});

test('a budget is as large as the model takes it', () => {
  const budget = (thinking: ThinkingTraits): unknown =>
    encode({ reasoning: think({ budgetTokens: 99_999 }) }, { thinking }).config?.['thinkingConfig'];
  assert.deepEqual([budget(BUDGET), budget({ ...BUDGET, mostBudget: 32_768 })], [{ thinkingBudget: 24_576 }, { thinkingBudget: 32_768 }]);
});

test('models that refuse sampling get none', () => {
  const request = { temperature: 1, topP: 1, topK: 1 };
  assert.deepEqual(encode(request, { sampling: 'none' }).dropped, ['temperature', 'top-k', 'top-p']);
  assert.deepEqual(encode(request, { sampling: 'one' }).dropped, ['top-p']);
  assert.deepEqual(encode({ topP: 1 }, { sampling: 'one' }).dropped, []);
  assert.deepEqual(encode({ ...request, reasoning: think({}) }, { samplingWhileThinking: false }).dropped, ['temperature', 'top-k', 'top-p']);
  assert.deepEqual(encode(request, { samplingWhileThinking: false }).dropped, []);
});

test('JSON answers are a media type, and a schema where the model follows one', () => {
  const schema = { $schema: 'x', type: 'object', properties: {}, additionalProperties: false };
  const format = { type: 'json-schema', schema, name: 'n', description: null, strict: true } as const;
  assert.deepEqual(encode({ outputFormat: { type: 'json-object' } }).config, { responseMimeType: 'application/json' });
  assert.deepEqual(encode({ outputFormat: format }).config, {
    responseMimeType: 'application/json',
    responseJsonSchema: { type: 'object', properties: {}, additionalProperties: false },
  });
  const without = encode({ outputFormat: format }, { jsonSchema: false });
  assert.deepEqual(without.config, { responseMimeType: 'application/json' });
  assert.deepEqual(without.dropped, ['json-schema', 'schema-keywords']);
});

test('a model that refuses JSON mode beside functions is asked for JSON in words, and that is told', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const tools = [{ kind: 'function', name: 'f', description: null, parameters: null, strict: null, grammar: null }] as const;
  const request = { ...EMPTY, tools, outputFormat: { type: 'json-schema', schema, name: null, description: null, strict: null } } as const;
  const written = (jsonWithTools: boolean) => encodeGenerateRequest(request, { model: 'm', traits: { ...UNKNOWN_MODEL_TRAITS, jsonWithTools } });
  const { body, dropped } = written(false);
  assert.deepEqual([body['generationConfig'], [...dropped]], [undefined, ['json-with-tools']]);
  assert.match(JSON.stringify(body['systemInstruction']), /one JSON object.*JSON Schema/u);
  assert.deepEqual([written(true).body['systemInstruction'], [...written(true).dropped]], [undefined, []]);
  assert.deepEqual(encode({ outputFormat: request.outputFormat }, { jsonWithTools: false }).dropped, [], 'alone it is taken');
});

test('thinking is a level or a budget, never both, and shown when asked for', () => {
  const encoded = (reasoning: Partial<CanonicalReasoning>, thinking: ThinkingTraits | null, rest: Partial<CanonicalRequest> = {}): unknown => {
    const { config, dropped } = encode({ reasoning: think(reasoning), ...rest }, { thinking });
    return [config?.['thinkingConfig'], dropped];
  };
  assert.deepEqual(encoded({ effort: 'low', display: 'shown' }, LEVELS), [{ includeThoughts: true, thinkingLevel: 'LOW' }, []]);
  assert.deepEqual(encoded({ effort: 'max' }, LEVELS), [{ thinkingLevel: 'HIGH' }, []], 'the next lower level');
  assert.deepEqual(encoded({ budgetTokens: 20_000 }, LEVELS), [{ thinkingLevel: 'MEDIUM' }, []]);
  assert.deepEqual(encoded({ budgetTokens: 2000 }, BUDGET), [{ thinkingBudget: 2000 }, []]);
  assert.deepEqual(encoded({ budgetTokens: 60_000 }, BUDGET), [{ thinkingBudget: 24_576 }, []]);
  assert.deepEqual(encoded({ effort: 'low' }, BUDGET, { maxOutputTokens: 20_000 }), [{ thinkingBudget: 2000 }, []]);
  assert.deepEqual(encoded({ effort: 'low' }, UNKNOWN_MODEL_TRAITS.thinking), [{ thinkingLevel: 'LOW' }, []]);
  assert.deepEqual(encoded({ budgetTokens: 9 }, UNKNOWN_MODEL_TRAITS.thinking), [{ thinkingBudget: 9 }, []]);
  assert.deepEqual(encoded({ isOn: false }, BUDGET), [{ thinkingBudget: 0 }, []]);
  assert.deepEqual(encoded({ isOn: false }, LEVELS), [{ thinkingLevel: 'MINIMAL' }, ['thinking-level']], 'as little as it can');
  assert.deepEqual(encoded({ isOn: false }, { ...BUDGET, off: null }), [{ thinkingBudget: 128 }, ['thinking-level']]);
  assert.deepEqual(encoded({ display: 'shown' }, BUDGET), [{ includeThoughts: true }, []]);
  assert.deepEqual(encoded({ display: 'hidden' }, BUDGET), [undefined, []]);
  assert.deepEqual(encoded({ effort: 'high', display: 'shown' }, null), [undefined, ['thinking', 'thinking-display', 'thinking-level']]);
});
