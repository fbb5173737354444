import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readModelList } from './read-model-list.ts';

const NOTHING = { created: null, object: 'model', owned_by: null, contextTokens: null, maxOutputTokens: null };

test("reads OpenAI's list", () => {
  assert.deepEqual(readModelList({ object: 'list', data: [{ id: 'gpt-x', object: 'model', created: 1_700_000_000, owned_by: 'openai' }] }), {
    models: [{ ...NOTHING, id: 'gpt-x', name: 'gpt-x', created: 1_700_000_000, owned_by: 'openai' }],
    next: null,
  });
});

test("reads Anthropic's list and where its next page begins", () => {
  const data = [
    { type: 'model', id: 'claude-x', display_name: 'Claude X', created_at: '2026-02-03T00:00:00Z', max_input_tokens: 200_000, max_tokens: 8192 },
  ];
  assert.deepEqual(readModelList({ data, has_more: true, first_id: 'claude-x', last_id: 'claude-x' }), {
    models: [{ ...NOTHING, id: 'claude-x', name: 'Claude X', created: 1_770_076_800, contextTokens: 200_000, maxOutputTokens: 8192 }],
    next: 'claude-x',
  });
});

test("reads Gemini's list without the prefix of its names", () => {
  const models = [{ name: 'models/gemini-x', displayName: 'Gemini X', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 }];
  assert.deepEqual(readModelList({ models, nextPageToken: 'more' }), {
    models: [{ ...NOTHING, id: 'gemini-x', name: 'Gemini X', contextTokens: 1_048_576, maxOutputTokens: 65_536 }],
    next: 'more',
  });
});

test('reads a bare list, and the limits as hosts of many makers tell them', () => {
  const list = [{ id: 'maker/model', context_length: 32_768, top_provider: { max_completion_tokens: 4096 } }];
  assert.deepEqual(readModelList(list)?.models, [
    { ...NOTHING, id: 'maker/model', name: 'maker/model', contextTokens: 32_768, maxOutputTokens: 4096 },
  ]);
});

test('passes over entries that cannot be used', () => {
  const data = [
    null,
    'text',
    {},
    { id: '' },
    { id: 7 },
    { id: 'x'.repeat(257) },
    { id: 'line\nbreak' },
    { id: 'good', created: -1, context_length: '9' },
  ];
  assert.deepEqual(readModelList({ data })?.models, [{ ...NOTHING, id: 'good', name: 'good' }]);
});

test('takes nothing else for a list', () => {
  for (const json of [undefined, null, 'text', 7, {}, { data: {} }, { error: { message: 'no' } }]) assert.equal(readModelList(json), null);
});
