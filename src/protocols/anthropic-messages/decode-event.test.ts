import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { MessageEventDecoder } from './decode-event.ts';

const START = {
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-x', content: [], usage: { input_tokens: 5, output_tokens: 1 } },
};
const block = (index: number, content_block: JsonObject): JsonObject => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, it: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: it });
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const end = (stop_reason: string | null, usage?: JsonObject, rest: JsonObject = {}): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null, ...rest },
  ...(usage === undefined ? {} : { usage }),
});
const STOP = { type: 'message_stop' };

function play(events: readonly JsonObject[], name: (event: JsonObject) => string = (event) => String(event['type'])) {
  const decoder = new MessageEventDecoder({ requestId: '0190-ab' });
  const out: CanonicalEvent[] = [];
  for (const event of events) decoder.decode(name(event), event, out);
  const { isFinal } = decoder;
  return { isWhole: decoder.close(out), isFinal, out };
}

/** Without figures and the frame of the answer. */
const contentOf = (events: readonly JsonObject[]) =>
  play([START, ...events, STOP]).out.filter(({ type }) => type !== 'start' && type !== 'usage' && type !== 'end');

test('a streamed text is its pieces, its figures and its end', () => {
  const { out, isWhole, isFinal } = play([
    START,
    block(0, { type: 'text', text: '' }),
    { type: 'ping' },
    delta(0, { type: 'text_delta', text: 'Hel' }),
    delta(0, { type: 'text_delta', text: 'lo' }),
    stop(0),
    end('end_turn', { output_tokens: 9 }),
    STOP,
  ]);
  const usage = { ...NO_USAGE, input: 5, output: 1, provenance: 'measured' as const };
  assert.deepEqual(out, [
    { type: 'start', id: 'msg_1', model: 'claude-x', createdAt: null },
    { type: 'usage', usage },
    { type: 'text', choice: 0, text: 'Hel' },
    { type: 'text', choice: 0, text: 'lo' },
    { type: 'usage', usage: { ...usage, output: 9 } },
    { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
    { type: 'end' },
  ]);
  assert.deepEqual([isWhole, isFinal], [true, true]);
});

test('events without an event line are known by their type, and a second message_start is passed over', () => {
  const { out } = play([START, START, block(0, { type: 'text', text: 'a' }), stop(0), end('end_turn'), STOP], () => '');
  assert.deepEqual(
    out.map(({ type }) => type),
    ['start', 'usage', 'text', 'finish', 'end'],
  );
});

test('figures of message_delta replace those of message_start', () => {
  const figures = (usage: JsonObject) => play([START, end('end_turn', usage), STOP]).out.findLast((event) => event.type === 'usage')?.usage;
  assert.deepEqual([figures({ output_tokens: 3 })?.input, figures({ output_tokens: 3 })?.output], [5, 3]);
  assert.equal(figures({ input_tokens: 61, output_tokens: 2 })?.input, 61);
});

test('calls are numbered by themselves, not by their block', () => {
  const events = contentOf([
    block(0, { type: 'text', text: 'so' }),
    stop(0),
    block(1, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
    delta(1, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
    stop(1),
    block(2, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
    stop(2),
    block(3, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }),
    delta(3, { type: 'input_json_delta', partial_json: '' }),
    delta(3, { type: 'input_json_delta', partial_json: '{"a"' }),
    delta(3, { type: 'input_json_delta', partial_json: ':1}' }),
    stop(3),
    block(4, { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} }),
    delta(4, { type: 'input_json_delta', partial_json: '' }),
    stop(4),
    end('tool_use'),
  ]);
  assert.deepEqual(events, [
    { type: 'text', choice: 0, text: 'so' },
    { type: 'call-start', choice: 0, call: 0, id: 'toolu_1', name: 'f', kind: 'function' },
    { type: 'call-input', choice: 0, call: 0, text: '{"a"' },
    { type: 'call-input', choice: 0, call: 0, text: ':1}' },
    { type: 'call-end', choice: 0, call: 0 },
    { type: 'call-start', choice: 0, call: 1, id: 'toolu_2', name: 'g', kind: 'function' },
    { type: 'call-input', choice: 0, call: 1, text: '{}' },
    { type: 'call-end', choice: 0, call: 1 },
    { type: 'finish', choice: 0, stop: 'tool-calls', stopSequence: null },
  ]);
});

test('input that stood in the start of a call is not lost', () => {
  const events = contentOf([block(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }), stop(0), end('tool_use')]);
  assert.deepEqual(events[1], { type: 'call-input', choice: 0, call: 0, text: '{"a":1}' });
});

test('thoughts end with their signature, though it may be all that there is of them', () => {
  const state = (data: string) => ({ family: 'anthropic', form: 'signature', data }) as const;
  const events = contentOf([
    block(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'hm' }),
    delta(0, { type: 'signature_delta', signature: 'one' }),
    stop(0),
    block(1, { type: 'thinking', thinking: '', signature: '' }),
    delta(1, { type: 'signature_delta', signature: 'two' }),
    stop(1),
    block(2, { type: 'redacted_thinking', data: 'sealed' }),
    stop(2),
    block(3, { type: 'thinking', thinking: '' }),
    delta(3, { type: 'thinking_delta', thinking: 'unsigned' }),
    stop(3),
    block(4, { type: 'thinking', thinking: '' }),
    stop(4),
    end('end_turn'),
  ]);
  assert.deepEqual(events.slice(0, -1), [
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'thinking-state', choice: 0, state: state('one') },
    { type: 'thinking-state', choice: 0, state: state('two') },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    { type: 'thinking', choice: 0, text: 'unsigned' },
    { type: 'thinking-end', choice: 0 },
  ]);
});

test('blocks, deltas and events that are new are passed over', () => {
  const events = contentOf([
    block(0, { type: 'fallback', from: {}, to: {} }),
    delta(0, { type: 'fallback_delta', text: 'x' }),
    stop(0),
    { type: 'something_new' },
    block(1, { type: 'text', text: '' }),
    delta(1, { type: 'new_delta', text: 'x' }),
    delta(1, { type: 'input_json_delta', partial_json: '{}' }),
    delta(7, { type: 'input_json_delta', partial_json: '{}' }),
    delta(1, { type: 'text_delta', text: 'words' }),
    stop(1),
    end('end_turn'),
  ]);
  assert.deepEqual(events, [
    { type: 'text', choice: 0, text: 'words' },
    { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
  ]);
});

test('text and thoughts outside of any block are not lost', () => {
  const events = contentOf([
    delta(0, { type: 'thinking_delta', thinking: 'so' }),
    stop(0),
    delta(7, { type: 'text_delta', text: 'of no block' }),
    end('end_turn'),
  ]);
  assert.deepEqual(events, [
    { type: 'thinking', choice: 0, text: 'so' },
    { type: 'thinking-end', choice: 0 },
    { type: 'text', choice: 0, text: 'of no block' },
    { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
  ]);
});

test('an end of which no beginning was heard is no answer', () => {
  const decoder = new MessageEventDecoder({ requestId: 'r' });
  const out: CanonicalEvent[] = [];
  decoder.decode('message_stop', { type: 'message_stop' }, out);
  assert.equal(decoder.isFinal, true);
  assert.equal(decoder.close(out), false);
  assert.deepEqual(out, []);
});

test('citations of pages are told, those of documents are not', () => {
  const events = contentOf([
    block(0, { type: 'text', text: 'so', citations: [] }),
    delta(0, { type: 'citations_delta', citation: { type: 'web_search_result_location', url: 'https://x.test', title: 'X' } }),
    delta(0, { type: 'citations_delta', citation: { type: 'char_location', document_index: 0 } }),
    stop(0),
    end('end_turn'),
  ]);
  assert.deepEqual(events[1], { type: 'citation', choice: 0, citation: { url: 'https://x.test', title: 'X', start: null, end: null } });
  assert.equal(events.length, 3);
});

test('a refusal without any block has its explanation for words', () => {
  const events = contentOf([end('refusal', { output_tokens: 1 }, { stop_details: { type: 'refusal', category: 'bio', explanation: 'no' } })]);
  assert.deepEqual(events, [
    { type: 'refusal', choice: 0, text: 'no' },
    { type: 'finish', choice: 0, stop: 'refusal', stopSequence: null },
  ]);
});

test('an answer that breaks off is not whole', () => {
  const cut = [START, block(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'Hel' })];
  assert.deepEqual([play(cut).isWhole, play([...cut, stop(0), end('end_turn')]).isWhole, play([]).isWhole], [false, false, false]);
  assert.equal(play(cut).out.at(-1)?.type, 'text');
});

test('an error inside the stream is the last event', () => {
  const { out, isWhole, isFinal } = play([
    START,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    end('end_turn'),
    STOP,
  ]);
  assert.deepEqual(out.at(-1), { type: 'error', error: { status: 529, kind: 'overloaded', code: '', message: 'Overloaded' } });
  assert.deepEqual([isWhole, isFinal], [false, true]);
});

test('a call that was left open ends before its answer does', () => {
  const events = contentOf([block(0, { type: 'tool_use', id: 't', name: 'f', input: {} }), end('max_tokens')]);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['call-start', 'call-input', 'call-end', 'finish'],
  );
});
