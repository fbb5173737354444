import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOLS } from './registry.ts';

test('parts, blocks, items and members that have no place in other protocols are named, whole and in events', () => {
  const named = (protocol: keyof typeof PROTOCOLS, body: object): readonly string[] =>
    PROTOCOLS[protocol].leftOut?.(body as Record<string, unknown>) ?? [];
  assert.deepEqual(
    named('gemini-generate', { candidates: [{ content: { parts: [{ text: 'x' }, { executableCode: {} }, { codeExecutionResult: {} }] } }] }),
    ['executableCode', 'codeExecutionResult'],
  );
  assert.deepEqual(named('anthropic-messages', { content: [{ type: 'text' }, { type: 'web_search_tool_result' }] }), ['web_search_tool_result']);
  assert.deepEqual(named('anthropic-messages', { type: 'content_block_start', content_block: { type: 'server_tool_use' } }), ['server_tool_use']);
  assert.deepEqual(named('openai-responses', { output: [{ type: 'reasoning' }, { type: 'web_search_call' }] }), ['web_search_call']);
  assert.deepEqual(named('openai-responses', { type: 'response.output_item.done', item: { type: 'mcp_call' } }), ['mcp_call']);
  assert.deepEqual(named('openai-chat', { choices: [{ message: { content: 'x', audio: { id: 'a' }, images: null } }] }), ['audio']);
  assert.deepEqual(named('openai-chat', { choices: [{ delta: { images: [{}] } }] }), ['images']);
});

test('an ordinary answer or event leaves nothing out, and neither does one of any shape', () => {
  const shapes: readonly unknown[] = [
    {},
    { content: 'x' },
    { content: [null, 1] },
    { candidates: 1 },
    { output: [null] },
    { choices: [null, {}] },
    { content_block: null },
  ];
  for (const { leftOut } of Object.values(PROTOCOLS)) {
    for (const shape of shapes) assert.deepEqual(leftOut?.(shape as Record<string, unknown>) ?? [], []);
  }
});
