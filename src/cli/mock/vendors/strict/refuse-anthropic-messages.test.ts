import assert from 'node:assert/strict';
import { test } from 'node:test';

import { issueState } from '../mock-state.ts';
import { refuseAnthropicCount, refuseAnthropicMessages } from './refuse-anthropic-messages.ts';

type Fields = Readonly<Record<string, unknown>>;

const USER = { role: 'user', content: 'Hello' };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' };
const THOUGHT = { type: 'thinking', thinking: 'hm', signature: issueState('anthropic', 'hm') };
const TOOL = { name: 'weather', input_schema: { type: 'object' } };
const LOOP = [USER, { role: 'assistant', content: [THOUGHT, CALL] }, { role: 'user', content: [RESULT] }];

function check(fields: Fields, version = '2023-06-01', model = 'claude-sonnet-4-5'): string | null {
  return refuseAnthropicMessages({
    body: { model, max_tokens: 4096, messages: [USER], ...fields },
    headers: { 'anthropic-version': version },
    model,
  });
}

function conversation(...messages: readonly object[]): string | null {
  return check({ messages });
}

test('takes a plain request, a signed tool loop, and turns of one role behind each other', () => {
  assert.equal(check({}), null);
  assert.equal(check({ messages: LOOP, tools: [TOOL], thinking: { type: 'enabled', budget_tokens: 1024 } }), null);
  assert.equal(conversation(USER, USER, { role: 'assistant', content: 'Hi' }, USER), null);
});

test('refuses fields that it does not know, and demands a limit and a version', () => {
  assert.equal(check({ stop: ['a'] }), 'stop: Extra inputs are not permitted');
  assert.equal(check({ max_tokens: undefined }), 'max_tokens: Field required');
  assert.match(refuseAnthropicMessages({ body: {}, headers: {}, model: 'm' }) ?? '', /anthropic-version: header is required/);
  assert.match(
    conversation({ role: 'user', content: [{ type: 'text', text: 'a', index: 0 }] }) ?? '',
    /messages\.0\.content\.0\.text\.index: Extra inputs/,
  );
  assert.equal(check({ metadata: { user: 'a' } }), 'metadata.user: Extra inputs are not permitted');
});

test('refuses sampling parameters with the version of 2026, and with models that have none', () => {
  assert.equal(check({ temperature: 1 }, '2026-10-21'), 'temperature: Extra inputs are not permitted');
  assert.match(check({ temperature: 0.5 }, '2023-06-01', 'claude-opus-5') ?? '', /not supported on this model/);
  assert.match(check({ temperature: 0.5, top_p: 0.5 }) ?? '', /cannot both be specified/);
  assert.match(check({ temperature: 1.5 }) ?? '', /range: 0\.\.1/);
});

test('refuses empty and blank texts, and the space at the end of a prefill', () => {
  assert.match(conversation({ role: 'user', content: '' }) ?? '', /non-empty/);
  assert.match(conversation({ role: 'user', content: [] }) ?? '', /non-empty/);
  assert.match(conversation({ role: 'user', content: [{ type: 'text', text: '' }] }) ?? '', /must be non-empty/);
  assert.match(conversation({ role: 'user', content: [{ type: 'text', text: ' \n' }] }) ?? '', /non-whitespace/);
  assert.match(conversation(USER, { role: 'assistant', content: 'So ' }) ?? '', /trailing whitespace/);
  const prefilled = { messages: [USER, { role: 'assistant', content: 'So' }] };
  assert.equal(check(prefilled), null);
  assert.match(check(prefilled, '2023-06-01', 'claude-opus-4-6') ?? '', /does not support assistant message prefill/);
});

test('refuses sources of images and documents that it cannot read', () => {
  const shows = (type: string, source: object): string | null => conversation({ role: 'user', content: [{ type, source }] });
  assert.equal(shows('image', { type: 'base64', media_type: 'image/png', data: 'AA==' }), null);
  assert.equal(shows('document', { type: 'text', media_type: 'text/plain', data: 'hm' }), null);
  assert.match(shows('image', { type: 'base64', media_type: 'image/bmp', data: 'AA==' }) ?? '', /media_type: Input should be 'image\/jpeg'/);
  assert.match(shows('document', { type: 'base64', media_type: 'video/mp4', data: 'AA==' }) ?? '', /media_type: Input should be 'application\/pdf'/);
  assert.match(shows('image', { type: 'text', media_type: 'text/plain', data: 'hm' }) ?? '', /does not match any of the expected tags/);
});

test('refuses calls whose results do not stand first in the next message', () => {
  const calling = { role: 'assistant', content: [CALL] };
  const text = { type: 'text', text: 'Go on.' };
  assert.match(conversation(USER, calling, USER) ?? '', /without `tool_result` blocks immediately after: toolu_1/);
  assert.match(conversation(USER, calling) ?? '', /without `tool_result` blocks/);
  assert.match(conversation(USER, calling, { role: 'user', content: [text, RESULT] }) ?? '', /without `tool_result` blocks/);
  assert.equal(conversation(USER, calling, { role: 'user', content: [RESULT, text] }), null);
  assert.match(conversation({ role: 'user', content: [RESULT] }) ?? '', /unexpected `tool_use_id`/);
  assert.match(conversation(USER, { role: 'assistant', content: [{ ...CALL, id: 'call:1' }] }) ?? '', /should match pattern/);
  assert.match(conversation({ role: 'assistant', content: 'Hi' }, USER) ?? '', /first message/);
});

test('refuses signatures that it did not issue for these very words', () => {
  const answer = (block: object): object => ({ role: 'assistant', content: [block, { type: 'text', text: 'Hi' }] });
  assert.equal(conversation(USER, answer(THOUGHT), USER), null);
  assert.match(conversation(USER, answer({ ...THOUGHT, thinking: 'Hm' }), USER) ?? '', /Invalid `signature`/);
  assert.match(conversation(USER, answer({ ...THOUGHT, signature: issueState('openai', 'hm') }), USER) ?? '', /Invalid `signature`/);
  assert.match(conversation(USER, answer({ type: 'redacted_thinking', data: 'x' }), USER) ?? '', /redacted_thinking/);
});

test('holds thinking to its rules', () => {
  const think = (budget: number, fields: Fields = {}): string | null => check({ thinking: { type: 'enabled', budget_tokens: budget }, ...fields });
  assert.match(think(1000) ?? '', /greater than or equal to 1024/);
  assert.match(think(4096) ?? '', /`max_tokens` must be greater/);
  assert.match(think(2000, { temperature: 0.5 }) ?? '', /may only be set to 1/);
  assert.match(think(2000, { tools: [TOOL], tool_choice: { type: 'any' } }) ?? '', /forces tool use/);
  const bare = [USER, { role: 'assistant', content: [CALL] }, { role: 'user', content: [RESULT] }];
  assert.match(think(2000, { messages: bare, tools: [TOOL] }) ?? '', /Expected `thinking`/);
  assert.match(check({ thinking: { type: 'adaptive' } }) ?? '', /adaptive thinking is not supported/);
  assert.match(check({ thinking: { type: 'enabled', budget_tokens: 2000 } }, '2023-06-01', 'claude-sonnet-5-5') ?? '', /`enabled` is not supported/);
});

test('refuses a choice without tools, and schemas that it does not know', () => {
  assert.match(check({ tool_choice: { type: 'auto' } }) ?? '', /only be specified while providing tools/);
  const format = (schema: object): string | null => check({ output_config: { format: { type: 'json_schema', schema } } });
  assert.match(format({ type: 'object', properties: {} }) ?? '', /'additionalProperties' must be explicitly set to false/);
  assert.match(
    format({ type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, additionalProperties: false }) ?? '',
    /'minimum' is not supported/,
  );
});

test('takes neither a limit nor sampling parameters where it only counts', () => {
  const count = (fields: Fields): string | null =>
    refuseAnthropicCount({ body: { model: 'm', messages: [USER], ...fields }, headers: { 'anthropic-version': '2023-06-01' }, model: 'm' });
  assert.equal(count({ system: 'Be brief.' }), null);
  assert.equal(count({ max_tokens: 1 }), 'max_tokens: Extra inputs are not permitted');
});
