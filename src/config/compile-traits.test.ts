import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublicModel, UpstreamModel } from '../domain/ids.ts';
import { type ModelTraits, UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { compileTraits, mergeTraits } from './compile-traits.ts';
import type { CompiledModel } from './snapshot.ts';

function aModel(name: string, changes: Partial<CompiledModel> = {}): CompiledModel {
  return { publicModel: name as PublicModel, upstreamModel: name as UpstreamModel, ...changes };
}

const KNOWN: ModelTraits = { ...UNKNOWN_MODEL_TRAITS, maxOutputTokens: 64_000 };

test('the limit of the configuration or the price list wins over what the name tells', () => {
  assert.equal(mergeTraits(KNOWN, aModel('m')), KNOWN);
  assert.equal(mergeTraits(KNOWN, aModel('m', { maxOutputTokens: 9 })).maxOutputTokens, 9);
});

test('what the operator’s list of capabilities leaves out is lacked', () => {
  const traits = mergeTraits(KNOWN, aModel('m', { capabilities: new Set(['tools']) }));
  assert.deepEqual(traits.lacks, new Set(['images', 'jsonSchema', 'thinking']));
  assert.deepEqual([traits.thinking, traits.jsonSchema], [null, false]);
  const all = mergeTraits(KNOWN, aModel('m', { capabilities: new Set(['tools', 'images', 'jsonSchema', 'thinking']) }));
  assert.deepEqual(all, KNOWN);
});

test('a capability that the vendor’s model does not have is not invented', () => {
  const without = { ...KNOWN, thinking: null, jsonSchema: false };
  const traits = mergeTraits(without, aModel('m', { capabilities: new Set(['jsonSchema', 'thinking']) }));
  assert.deepEqual([traits.thinking, traits.jsonSchema], [null, false]);
});

test('traits are made once for each model and protocol, for listed models by themselves and for others by name', () => {
  let asked = 0;
  const [one, other] = [
    aModel('one', { upstreamModel: 'same' as UpstreamModel }),
    aModel('two', { upstreamModel: 'same' as UpstreamModel, maxOutputTokens: 7 }),
  ];
  const listed = new Map([one, other].map((model) => [model.publicModel, model]));
  const find = compileTraits('custom', listed, () => {
    asked += 1;
    return KNOWN;
  });
  assert.equal(find('openai-chat', one), find('openai-chat', one));
  assert.equal(find('openai-chat', other).maxOutputTokens, 7);
  assert.equal(find('anthropic-messages', one).maxOutputTokens, 64_000);
  assert.equal(asked, 3);
  assert.equal(find('openai-chat', aModel('any')), find('openai-chat', aModel('any')));
  assert.equal(asked, 4);
});

test('names that clients invent do not fill the memory', () => {
  let asked = 0;
  const find = compileTraits('custom', new Map(), () => {
    asked += 1;
    return KNOWN;
  });
  for (let index = 0; index < 1500; index += 1) find('openai-chat', aModel(`m${index}`));
  find('openai-chat', aModel('m0'));
  assert.equal(asked, 1500);
  find('openai-chat', aModel('m1400'));
  assert.equal(asked, 1501);
});
