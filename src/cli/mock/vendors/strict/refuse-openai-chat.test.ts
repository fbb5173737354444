import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refuseOpenaiChat } from './refuse-openai-chat.ts';

type Fields = Readonly<Record<string, unknown>>;

const USER = { role: 'user', content: 'Hello' };
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
const CALLING = { role: 'assistant', content: null, tool_calls: [CALL] };
const RESULT = { role: 'tool', tool_call_id: 'call_1', content: 'sunny' };
const TOOL = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };

function check(fields: Fields, model = 'gpt-4.1'): string | null {
  return refuseOpenaiChat({ body: { model, messages: [USER], ...fields }, headers: {}, model });
}

test('takes a plain request, a whole tool loop and what compatible servers add', () => {
  assert.equal(check({}), null);
  assert.equal(
    check({ messages: [USER, CALLING, RESULT, USER], tools: [TOOL], tool_choice: 'auto', stream: true, stream_options: { include_usage: true } }),
    null,
  );
  const thinking = { role: 'assistant', content: 'Hi', reasoning_content: 'hm' };
  assert.equal(check({ messages: [USER, thinking, USER], reasoning_effort: 'low' }, 'qwen3-max'), null);
});

test('refuses parameters that the vendor does not know', () => {
  assert.equal(check({ top_k: 4 }), "Unknown parameter: 'top_k'.");
  assert.equal(check({ messages: [{ ...USER, cache_control: {} }] }), "Unknown parameter: 'messages[0].cache_control'.");
  assert.match(check({ messages: [USER, { role: 'assistant', content: 'Hi', reasoning_content: 'hm' }] }) ?? '', /messages\[1\]\.reasoning_content/);
  const odd = { ...CALLING, tool_calls: [{ ...CALL, extra_content: {} }] };
  assert.match(check({ messages: [USER, odd, RESULT] }) ?? '', /tool_calls\[0\]\.extra_content/);
});

test('refuses calls without results, results without calls, and ids that are too long', () => {
  assert.match(check({ messages: [USER, CALLING, USER] }) ?? '', /did not have response messages: call_1/);
  assert.match(check({ messages: [USER, CALLING] }) ?? '', /did not have response messages: call_1/);
  assert.match(check({ messages: [USER, RESULT] }) ?? '', /must be a response to a preceeding message/);
  const long = { ...CALLING, tool_calls: [{ ...CALL, id: 'x'.repeat(65) }] };
  assert.match(check({ messages: [USER, long] }) ?? '', /string too long/);
});

test('refuses what a model does not support', () => {
  assert.match(check({ reasoning_effort: 'low' }) ?? '', /'reasoning_effort' is not supported/);
  assert.match(check({ max_tokens: 10 }, 'gpt-5') ?? '', /Use 'max_completion_tokens'/);
  assert.match(check({ temperature: 0.5 }, 'o3') ?? '', /Only the default/);
  assert.equal(check({ temperature: 0.5 }, 'gpt-5.1'), null);
  assert.equal(check({ temperature: 0.5, reasoning_effort: 'none' }, 'gpt-5.6'), null);
  assert.match(check({ tools: [TOOL] }, 'gpt-5.6') ?? '', /only with 'reasoning_effort' set to 'none'/);
  assert.match(check({ stop: ['a'] }, 'o3') ?? '', /'stop' is not supported/);
  assert.match(check({ temperature: 0.5, reasoning_effort: 'low' }, 'gpt-5.1') ?? '', /Only the default/);
});

test('refuses content that is empty or not of the role', () => {
  assert.match(check({ messages: [] }) ?? '', /empty array/);
  assert.match(check({ messages: [{ role: 'assistant', content: null }] }) ?? '', /expected a string, got null/);
  assert.match(
    check({ messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] }] }) ?? '',
    /'image_url'/,
  );
  assert.match(check({ messages: [USER, CALLING, { ...RESULT, content: [{ type: 'image_url' }] }] }) ?? '', /'image_url'/);
});

test('refuses choices without tools, tools that are none, and schemas that are not strict', () => {
  assert.match(check({ tool_choice: 'auto' }) ?? '', /only allowed when 'tools' are specified/);
  assert.match(check({ parallel_tool_calls: false }) ?? '', /only allowed when 'tools' are specified/);
  assert.match(check({ tools: [] }) ?? '', /empty array/);
  assert.match(check({ tools: [{ ...TOOL, input_schema: {} }] }) ?? '', /Unknown parameter: 'tools\[0\]\.input_schema'/);
  assert.match(check({ tools: [TOOL], tool_choice: { type: 'function', function: { name: 'other' } } }) ?? '', /'other' not found/);
  const strict = { type: 'function', function: { ...TOOL.function, strict: true } };
  assert.match(check({ tools: [strict] }) ?? '', /'additionalProperties' is required/);
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: [], additionalProperties: false };
  const format = { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } };
  assert.match(check({ response_format: format }) ?? '', /Missing 'a'/);
  assert.match(check({ response_format: { type: 'json_object' } }) ?? '', /must contain the word 'json'/);
});
