import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { createEventDecoder } from './decode-event.ts';

/** What the chunks mean, and whether the answer was complete. */
function decode(chunks: readonly Record<string, unknown>[]) {
  const decoder = createEventDecoder({ requestId: '0190-x' });
  const events: CanonicalEvent[] = [];
  for (const chunk of chunks) decoder.decode('', chunk, events);
  const isComplete = decoder.close(events);
  return { events, isComplete, told: events.map(tell) };
}

/** One event in a few words. */
function tell(event: CanonicalEvent): string {
  switch (event.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return `${event.type} ${event.choice} ${event.text}`;
    case 'call-start':
      return `call-start ${event.choice}.${event.call} ${event.kind} ${event.id} ${event.name}`;
    case 'call-input':
      return `call-input ${event.choice}.${event.call} ${event.text}`;
    case 'call-end':
      return `call-end ${event.choice}.${event.call}`;
    case 'finish':
      return `finish ${event.choice} ${event.stop}`;
    case 'usage':
      return `usage ${event.usage.input}/${event.usage.output}`;
    case 'error':
      return `error ${event.error.status} ${event.error.kind} ${event.error.message}`;
    default:
      return event.type;
  }
}

const chunk = (delta: Record<string, unknown>, reason: string | null = null, index = 0): Record<string, unknown> => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 7,
  model: 'gpt',
  choices: [{ index, delta, logprobs: null, finish_reason: reason }],
});
const END = chunk({}, 'stop');
const piece = (index: number | undefined, id: string | undefined, name: string | undefined, args?: string) => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id, type: 'function' }),
  function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
});
const calls = (...pieces: Record<string, unknown>[]) => chunk({ tool_calls: pieces });

test('text, finish, usage behind it, and the end', () => {
  const usage = { choices: [], id: 'chatcmpl-1', usage: { prompt_tokens: 5, completion_tokens: 2 } };
  const { events, told, isComplete } = decode([
    chunk({ role: 'assistant', content: '', refusal: null }),
    chunk({ content: 'Hel' }),
    chunk({ content: 'lo' }),
    END,
    usage,
  ]);
  assert.deepEqual(events[0], { type: 'start', id: 'chatcmpl-1', model: 'gpt', createdAt: 7 });
  assert.deepEqual(told.slice(1), ['text 0 Hel', 'text 0 lo', 'finish 0 end', 'usage 5/2', 'end']);
  assert.ok(isComplete);
});

test("Azure's empty first chunk begins nothing", () => {
  const first = { id: '', model: '', created: 0, object: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] };
  const { events } = decode([first, chunk({ content: 'A' }), END]);
  assert.deepEqual(events.slice(0, 2), [
    { type: 'start', id: 'chatcmpl-1', model: 'gpt', createdAt: 7 },
    { type: 'text', choice: 0, text: 'A' },
  ]);
});

test('a stream without an end is no answer, with one it is complete even without [DONE]', () => {
  assert.equal(decode([chunk({ content: 'A' })]).isComplete, false);
  assert.equal(decode([]).isComplete, false);
  assert.equal(decode([{ choices: [], usage: { prompt_tokens: 1 } }]).isComplete, false);
  assert.equal(decode([chunk({ content: 'A' }), END, chunk({ content: 'B' }, null, 1)]).isComplete, false, 'the second choice is open');
});

test('usage on every chunk replaces and ends nothing, and Groq has its own place for it', () => {
  const counted = (sent: Record<string, unknown>, out: number) => ({ ...sent, usage: { prompt_tokens: 9, completion_tokens: out } });
  assert.deepEqual(decode([counted(chunk({ content: 'A' }), 1), counted(chunk({ content: 'B' }), 2), counted(END, 2)]).told.slice(1), [
    'text 0 A',
    'usage 9/1',
    'text 0 B',
    'usage 9/2',
    'finish 0 end',
    'usage 9/2',
    'end',
  ]);
  const groq = { ...END, x_groq: { id: 'req', usage: { prompt_tokens: 3, completion_tokens: 1 } } };
  assert.deepEqual(decode([groq]).told.slice(1), ['finish 0 end', 'usage 3/1', 'end']);
});

test('interleaved calls stay apart, and each ends before the choice does', () => {
  const { told } = decode([
    calls(piece(0, 'call_a', 'f', ''), piece(1, 'call_b', 'g', '')),
    calls(piece(1, undefined, undefined, '{"b"')),
    calls(piece(0, undefined, undefined, '{"a":1}')),
    calls(piece(1, undefined, undefined, ':2}')),
    chunk({}, 'tool_calls'),
  ]);
  assert.deepEqual(told.slice(1), [
    'call-start 0.0 function call_a f',
    'call-start 0.1 function call_b g',
    'call-input 0.1 {"b"',
    'call-input 0.0 {"a":1}',
    'call-input 0.1 :2}',
    'call-end 0.0',
    'call-end 0.1',
    'finish 0 tool-calls',
    'end',
  ]);
});

test('a whole call in one chunk keeps its arguments, and stop with calls means calls', () => {
  const { told } = decode([calls(piece(0, 'call_a', 'f', '{"a":1}')), END]);
  assert.deepEqual(told.slice(1), ['call-start 0.0 function call_a f', 'call-input 0.0 {"a":1}', 'call-end 0.0', 'finish 0 tool-calls', 'end']);
});

test('calls numbered from 1 are counted from 0', () => {
  const { told } = decode([calls(piece(1, 'call_a', 'f')), calls(piece(1, undefined, undefined, '{}')), calls(piece(2, 'call_b', 'g', '{}')), END]);
  assert.deepEqual(told.slice(1, 5), [
    'call-start 0.0 function call_a f',
    'call-input 0.0 {}',
    'call-start 0.1 function call_b g',
    'call-input 0.1 {}',
  ]);
});

test('a trailing empty fragment opens nothing', () => {
  const { told } = decode([
    calls(piece(0, 'call_a', 'f')),
    calls(piece(0, undefined, undefined, '{}')),
    calls(piece(0, undefined, undefined, '')),
    END,
  ]);
  assert.deepEqual(told.slice(1), ['call-start 0.0 function call_a f', 'call-input 0.0 {}', 'call-end 0.0', 'finish 0 tool-calls', 'end']);
});

test('calls without ids get one each, calls with one id for all do too', () => {
  const { told } = decode([calls(piece(0, undefined, 'f', '{}')), calls(piece(1, undefined, 'g', '{}')), END]);
  assert.deepEqual([told[1], told[3]], ['call-start 0.0 function call_0190-x_0_0 f', 'call-start 0.1 function call_0190-x_0_1 g']);
  const same = decode([calls(piece(0, 'x', 'f', '{}')), calls(piece(1, 'x', 'g', '{}')), END]);
  assert.deepEqual([same.told[1], same.told[3]], ['call-start 0.0 function x f', 'call-start 0.1 function call_0190-x_0_1 g']);
});

test('calls without numbers are told apart by id or name', () => {
  const byId = decode([
    calls(piece(undefined, 'a', 'f', '{')),
    calls(piece(undefined, 'a', undefined, '}')),
    calls(piece(undefined, 'b', 'g', '{}')),
    END,
  ]);
  assert.deepEqual(byId.told.slice(1, 6), [
    'call-start 0.0 function a f',
    'call-input 0.0 {',
    'call-input 0.0 }',
    'call-start 0.1 function b g',
    'call-input 0.1 {}',
  ]);
  const byName = decode([
    calls(piece(undefined, undefined, 'f', '{')),
    calls(piece(undefined, undefined, undefined, '}')),
    calls(piece(undefined, undefined, 'g', '{}')),
    END,
  ]);
  assert.deepEqual(
    byName.told.slice(1, 6).map((each) => each.replace(/call_\S+ /, '')),
    ['call-start 0.0 function f', 'call-input 0.0 {', 'call-input 0.0 }', 'call-start 0.1 function g', 'call-input 0.1 {}'],
  );
});

test('calls that all have the number 0 are several', () => {
  const withIds = decode([calls(piece(0, 'a', 'f', '{}')), calls(piece(0, 'b', 'f', '{"x":1}')), END]);
  assert.deepEqual(withIds.told.slice(1, 5), [
    'call-start 0.0 function a f',
    'call-input 0.0 {}',
    'call-start 0.1 function b f',
    'call-input 0.1 {"x":1}',
  ]);
  const without = decode([calls(piece(0, undefined, 'f', '{}')), calls(piece(0, undefined, 'f', '{"x":1}')), END]);
  assert.equal(without.told.filter((each) => each.startsWith('call-start')).length, 2);
});

test('ids and names that are repeated on every fragment make no new call', () => {
  const { told } = decode([calls(piece(0, 'a', 'f', '{"x"')), calls(piece(0, 'a', 'f', ':1}')), calls(piece(0, undefined, 'f', '')), END]);
  assert.deepEqual(told.slice(1, 4), ['call-start 0.0 function a f', 'call-input 0.0 {"x"', 'call-input 0.0 :1}']);
});

test('arguments that come ahead of the name wait for it, and a call without a name is none', () => {
  const { told } = decode([
    calls(piece(0, 'a', undefined, '{"x"')),
    calls(piece(0, undefined, 'f', ':1}')),
    calls(piece(1, 'b', undefined, '{}')),
    END,
  ]);
  assert.deepEqual(told.slice(1), [
    'call-start 0.0 function a f',
    'call-input 0.0 {"x"',
    'call-input 0.0 :1}',
    'call-end 0.0',
    'finish 0 tool-calls',
    'end',
  ]);
});

test('custom calls bring their free text, the deprecated function_call is a call', () => {
  const custom = decode([
    calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'c', input: '' } }),
    calls({ index: 0, custom: { input: 'ls' } }),
    END,
  ]);
  assert.deepEqual(custom.told.slice(1, 3), ['call-start 0.0 custom a c', 'call-input 0.0 ls']);
  const legacy = decode([
    chunk({ function_call: { name: 'f', arguments: '' } }),
    chunk({ function_call: { arguments: '{}' } }),
    chunk({}, 'function_call'),
  ]);
  assert.deepEqual(legacy.told.slice(1), [
    'call-start 0.0 function call_0190-x_0_0 f',
    'call-input 0.0 {}',
    'call-end 0.0',
    'finish 0 tool-calls',
    'end',
  ]);
});

test('thoughts under every name come before the text and end where it begins', () => {
  const forms = [
    { reasoning_content: 'hm' },
    { reasoning: 'hm' },
    { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
    { reasoning: 'hm', reasoning_details: [{ text: 'hm' }] },
  ];
  for (const form of forms) {
    const { told } = decode([chunk({ role: 'assistant', content: null, ...form }), chunk({ content: 'A' }), END]);
    assert.deepEqual(told.slice(1), ['thinking 0 hm', 'thinking-end', 'text 0 A', 'finish 0 end', 'end'], JSON.stringify(form));
  }
  assert.deepEqual(decode([chunk({ reasoning_content: 'hm' }), END]).told.slice(1), ['thinking 0 hm', 'thinking-end', 'finish 0 end', 'end']);
});

test('several answers interleave', () => {
  const { told, isComplete } = decode([
    chunk({ content: 'A' }),
    chunk({ content: 'B' }, null, 1),
    chunk({}, 'stop', 1),
    chunk({ content: 'a' }),
    END,
  ]);
  assert.deepEqual(told.slice(1), ['text 0 A', 'text 1 B', 'finish 1 end', 'text 0 a', 'finish 0 end', 'end']);
  assert.ok(isComplete);
});

test('a whole message in place of a delta is read', () => {
  const message = { role: 'assistant', content: 'A', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] };
  const { told } = decode([{ id: 'x', choices: [{ message, finish_reason: 'tool_calls' }] }]);
  assert.deepEqual(told, ['start', 'text 0 A', 'call-start 0.0 function a f', 'call-input 0.0 {}', 'call-end 0.0', 'finish 0 tool-calls', 'end']);
});

test('refusals, sources and probabilities are told', () => {
  const logprobs = { content: [{ token: 'N', logprob: -0.1, bytes: [78], top_logprobs: [] }] };
  const { events, told } = decode([
    chunk({ refusal: 'No.' }),
    chunk({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://x', title: 'T', start_index: 0, end_index: 2 } }] }),
    { ...chunk({}), choices: [{ index: 0, delta: {}, logprobs, finish_reason: null }] },
    END,
  ]);
  assert.deepEqual(told.slice(1), ['refusal 0 No.', 'citation', 'logprobs', 'finish 0 refusal', 'end']);
  assert.deepEqual(events[3], { type: 'logprobs', choice: 0, logprobs });
});

test('an error in the stream is the last event, whatever its form, and the answer is not complete', () => {
  const rows = [
    [{ error: { message: 'no', type: 'server_error', code: null } }, 'error 500 upstream no'],
    [{ error: { message: 'slow down', code: 429 } }, 'error 429 rate-limit slow down'],
    [{ error: 'broken' }, 'error 502 upstream broken'],
    [chunk({}, 'error'), 'error 502 upstream The upstream ended its answer with an error.'],
  ] as const;
  for (const [failure, expected] of rows) {
    const { told, isComplete } = decode([chunk({ content: 'A' }), failure, chunk({ content: 'B' }), END]);
    assert.deepEqual([told.slice(1), isComplete], [['text 0 A', expected], false]);
  }
});

test('what follows the end of a choice is no part of it, and strange chunks are passed over', () => {
  const { told } = decode([
    { choices: 'x' },
    { hello: 'world' },
    { choices: [{ delta: 7 }, 7] },
    chunk({ content: 7, tool_calls: 'x' }),
    END,
    chunk({ content: 'late' }),
    END,
  ]);
  assert.deepEqual(told, ['start', 'finish 0 end', 'end']);
});
