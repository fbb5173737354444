import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { decodeGenerateRequest } from './decode-request.ts';

const configure = (generationConfig: Record<string, unknown>): CanonicalRequest =>
  decodeGenerateRequest({ contents: [{ parts: [{ text: 'hi' }] }], generationConfig }, { model: 'm', stream: false });

test('the configuration is read, and 0 is a value', () => {
  const found = configure({
    temperature: 0,
    topP: 0.5,
    topK: 3,
    candidateCount: 2,
    maxOutputTokens: 9,
    stopSequences: ['X', 'Y'],
    seed: -4,
    frequencyPenalty: 0.5,
    presencePenalty: 0,
    responseLogprobs: true,
    logprobs: 4,
    responseModalities: ['TEXT'],
  });
  assert.deepEqual(
    [found.temperature, found.topP, found.topK, found.answers, found.maxOutputTokens, found.stop, found.seed],
    [0, 0.5, 3, 2, 9, ['X', 'Y'], -4],
  );
  assert.deepEqual([found.frequencyPenalty, found.presencePenalty, found.logprobs], [0.5, 0, 4]);
  assert.deepEqual(found.unmapped, []);
  assert.equal(configure({ responseLogprobs: true }).logprobs, 0);
  const bare = configure({});
  assert.deepEqual([bare.temperature, bare.answers, bare.logprobs, bare.reasoning, bare.outputFormat], [null, 1, null, null, null]);
});

test('JSON answers: any object, a schema of either kind', () => {
  const schemaOf = (schema: object): unknown => ({ type: 'json-schema', schema, name: null, description: null, strict: null });
  assert.deepEqual(configure({ responseMimeType: 'application/json' }).outputFormat, { type: 'json-object' });
  assert.equal(configure({ responseMimeType: 'text/plain' }).outputFormat, null);
  assert.deepEqual(
    configure({ responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } }).outputFormat,
    schemaOf({ type: 'object' }),
  );
  assert.deepEqual(
    configure({ responseSchema: { type: 'ARRAY', items: { type: 'INTEGER' } } }).outputFormat,
    schemaOf({ type: 'array', items: { type: 'integer' } }),
  );
  assert.deepEqual(configure({ responseMimeType: 'text/x.enum' }).unmapped, [{ field: 'generationConfig.responseMimeType', weight: 'substance' }]);
});

test('thinking is a level, a budget, as much as the model likes, or none', () => {
  const thinking = (thinkingConfig: object): unknown => configure({ thinkingConfig }).reasoning;
  const reasoning = { isOn: true, effort: null, budgetTokens: null, display: null };
  assert.deepEqual(thinking({ thinkingBudget: 0 }), { ...reasoning, isOn: false });
  assert.deepEqual(thinking({ thinkingBudget: -1 }), reasoning);
  assert.deepEqual(thinking({ thinkingBudget: 4096, includeThoughts: true }), { ...reasoning, budgetTokens: 4096, display: 'shown' });
  assert.deepEqual(thinking({ thinkingLevel: 'low', includeThoughts: false }), { ...reasoning, effort: 'low', display: 'hidden' });
  assert.deepEqual(thinking({ thinkingLevel: 'MINIMAL' }), { ...reasoning, effort: 'minimal' });
  assert.equal(thinking({}), null);
});
