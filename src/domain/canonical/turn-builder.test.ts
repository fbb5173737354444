import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../gateway-error.ts';
import type { ToolCallPart } from './canonical-part.ts';
import { TurnBuilder } from './turn-builder.ts';

const text = (words: string) => ({ type: 'text', text: words }) as const;
const call = (id: string, name = 'weather'): ToolCallPart => ({ type: 'tool-call', id, name, kind: 'function', input: '{}' });
const result = (callId: string, words: string) => ({ type: 'tool-result', callId, content: [text(words)], isError: false }) as const;

function refusal(act: () => unknown): GatewayError {
  try {
    act();
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new assert.AssertionError({ message: 'a GatewayError was expected' });
}

test('parts of one role that follow each other become one turn', () => {
  const builder = new TurnBuilder();
  builder.add('user', text('a'), 'messages[0]');
  builder.add('user', text('b'), 'messages[1]');
  builder.add('assistant', text('c'), 'messages[2]');
  assert.deepEqual(builder.build(), [
    { role: 'user', parts: [text('a'), text('b')] },
    { role: 'assistant', parts: [text('c')] },
  ]);
});

test('system messages stay apart and in their place', () => {
  const builder = new TurnBuilder();
  builder.add('system', text('one'), 'messages[0]', true);
  builder.add('system', text('two'), 'messages[1]', true);
  builder.add('user', text('a'), 'messages[2]', true);
  builder.add('system', text('late'), 'messages[3]', true);
  assert.deepEqual(
    builder.build().map(({ role, parts }) => [role, parts.length]),
    [
      ['system', 1],
      ['system', 1],
      ['user', 1],
      ['system', 1],
    ],
  );
});

test('results stand in one turn behind the calls, in the order of the calls, with the name of the tool', () => {
  const builder = new TurnBuilder();
  builder.add('user', text('a'), 'messages[0]');
  builder.add('assistant', call('c1', 'one'), 'messages[1].tool_calls[0]');
  builder.add('assistant', call('c2', 'two'), 'messages[1].tool_calls[1]');
  builder.addResult(result('c2', 'second'), 'messages[2]');
  builder.addResult(result('c1', 'first'), 'messages[3]');
  builder.add('user', text('b'), 'messages[4]');
  const [, , tool, user] = builder.build();
  assert.deepEqual(tool, {
    role: 'tool',
    parts: [
      { ...result('c1', 'first'), name: 'one', kind: 'function' },
      { ...result('c2', 'second'), name: 'two', kind: 'function' },
    ],
  });
  assert.equal(user?.role, 'user');
});

test('text behind the calls of one assistant turn belongs to it, text behind their results is a new turn', () => {
  const builder = new TurnBuilder();
  builder.add('assistant', call('c1'), 'input[0]');
  builder.add('assistant', text('while I wait'), 'input[1]');
  builder.addResult(result('c1', 'x'), 'input[2]');
  builder.add('assistant', text('done'), 'input[3]');
  assert.deepEqual(
    builder.build().map(({ role, parts }) => [role, parts.length]),
    [
      ['assistant', 2],
      ['tool', 1],
      ['assistant', 1],
    ],
  );
});

test('a call without a result is refused and its field named', () => {
  const builder = new TurnBuilder();
  builder.add('assistant', call('c1'), 'messages[1].tool_calls[0]');
  const error = refusal(() => builder.add('user', text('never mind'), 'messages[2]'));
  assert.equal(error.code, 'invalid_request');
  assert.equal(error.param, 'messages[1].tool_calls[0]');
});

test('a call without a result at the end of the conversation is refused', () => {
  const builder = new TurnBuilder();
  builder.add('assistant', call('c1'), 'messages[1].tool_calls[0]');
  assert.equal(refusal(() => builder.build()).param, 'messages[1].tool_calls[0]');
});

test('a result without a call, and a second result of one call, are refused', () => {
  const orphan = new TurnBuilder();
  orphan.add('user', text('a'), 'messages[0]');
  assert.equal(refusal(() => orphan.addResult(result('c9', 'x'), 'messages[1]')).param, 'messages[1]');
  const twice = new TurnBuilder();
  twice.add('assistant', call('c1'), 'messages[0]');
  twice.addResult(result('c1', 'x'), 'messages[1]');
  assert.equal(refusal(() => twice.addResult(result('c1', 'y'), 'messages[2]')).param, 'messages[2]');
});

test('calls that are still open are told in order, for protocols without ids', () => {
  const builder = new TurnBuilder();
  builder.add('assistant', call('c1', 'one'), 'contents[1]');
  builder.add('assistant', call('c2', 'one'), 'contents[1]');
  builder.addResult(result('c1', 'x'), 'contents[2]');
  assert.deepEqual(
    builder.openCalls().map(({ id }) => id),
    ['c2'],
  );
});
