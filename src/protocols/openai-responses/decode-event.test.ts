import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { ResponseEventDecoder } from './decode-event.ts';

type Json = Record<string, unknown>;

const CREATED = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-x', created_at: 1_760_000_000, status: 'in_progress', output: [] },
};
const START = { type: 'start', id: 'resp_1', model: 'gpt-x', createdAt: 1_760_000_000 };
const completed = (response: Json = {}): Json => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output: [], ...response },
});
const added = (index: number, item: Json): Json => ({ type: 'response.output_item.added', output_index: index, item });
const done = (index: number, item: Json): Json => ({ type: 'response.output_item.done', output_index: index, item });

function read(events: readonly Json[]): { readonly out: CanonicalEvent[]; readonly isComplete: boolean; readonly isFinal: boolean } {
  const decoder = new ResponseEventDecoder({ requestId: 'r1' });
  const out: CanonicalEvent[] = [];
  for (const event of events) decoder.decode(String(event['type']), event, out);
  const { isFinal } = decoder;
  return { isFinal, isComplete: decoder.close(out), out };
}

const between = (events: readonly Json[]): CanonicalEvent[] => read([CREATED, ...events, completed()]).out.slice(1, -2);
const finishOf = (events: readonly Json[]): string | undefined => read(events).out.find((event) => event.type === 'finish')?.stop;

test('a text is its pieces, and what comes again at its end is told once', () => {
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello', annotations: [] }] };
  const { out, isComplete, isFinal } = read([
    CREATED,
    { type: 'response.in_progress', response: CREATED.response },
    added(0, { ...message, content: [] }),
    { type: 'response.content_part.added', ...place, part: { type: 'output_text', text: '' } },
    { type: 'response.output_text.delta', ...place, delta: 'Hel', obfuscation: 'xx' },
    { type: 'response.output_text.delta', ...place, delta: 'lo' },
    { type: 'response.output_text.done', ...place, text: 'Hello' },
    { type: 'response.content_part.done', ...place, part: message.content[0] },
    done(0, message),
    completed({
      output: [message],
      usage: { input_tokens: 37, input_tokens_details: { cached_tokens: 20 }, output_tokens: 11, output_tokens_details: { reasoning_tokens: 3 } },
    }),
  ]);
  assert.deepEqual(out, [
    START,
    { type: 'text', choice: 0, text: 'Hel' },
    { type: 'text', choice: 0, text: 'lo' },
    {
      type: 'usage',
      usage: { input: 17, cacheRead: 20, cacheWrite: 0, output: 11, reasoning: 3, audioInput: 0, audioOutput: 0, provenance: 'measured' },
    },
    { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
    { type: 'end' },
  ]);
  assert.deepEqual([isComplete, isFinal], [true, true]);
});

test('an item that comes whole, at its end or at the end of all, is told from there', () => {
  const message = {
    id: 'msg_1',
    type: 'message',
    content: [
      { type: 'output_text', text: 'Hello', annotations: [{ type: 'url_citation', url: 'https://e.com', title: 'E', start_index: 0, end_index: 5 }] },
    ],
  };
  const expected = [
    { type: 'text', choice: 0, text: 'Hello' },
    { type: 'citation', choice: 0, citation: { url: 'https://e.com', title: 'E', start: 0, end: 5 } },
  ];
  assert.deepEqual(between([done(0, message)]), expected);
  assert.deepEqual(read([CREATED, completed({ output: [message] })]).out.slice(1, -2), expected);
  assert.deepEqual(between([{ type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hello' }]), [expected[0]]);
});

test('a call is known by its call_id, and its pieces by their item', () => {
  const item = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' };
  const place = { item_id: 'fc_1', output_index: 0 };
  const events = between([
    added(0, item),
    { type: 'response.function_call_arguments.delta', ...place, delta: '{"a"' },
    { type: 'response.function_call_arguments.delta', ...place, delta: ':1}' },
    { type: 'response.function_call_arguments.done', ...place, arguments: '{"a":1}' },
    done(0, { ...item, arguments: '{"a":1}' }),
  ]);
  assert.deepEqual(events, [
    { type: 'call-start', choice: 0, call: 0, id: 'call_1', name: 'f', kind: 'function' },
    { type: 'call-input', choice: 0, call: 0, text: '{"a"' },
    { type: 'call-input', choice: 0, call: 0, text: ':1}' },
    { type: 'call-end', choice: 0, call: 0 },
  ]);
});

test('arguments that come only in the done event are not lost', () => {
  const item = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' };
  const inputs = (events: readonly Json[]): string[] => between(events).flatMap((event) => (event.type === 'call-input' ? [event.text] : []));
  assert.deepEqual(
    inputs([added(0, item), { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 0, arguments: '{"a":1}' }]),
    ['{"a":1}'],
  );
  assert.deepEqual(inputs([added(0, item), done(0, { ...item, arguments: '{"a":1}' })]), ['{"a":1}']);
  assert.deepEqual(inputs([done(0, { ...item, arguments: '{"a":1}' })]), ['{"a":1}']);
  assert.equal(between([added(0, item)]).at(-1)?.type, 'call-end', 'every call ends before the answer does');
});

test('calls count in the order in which they begin, whatever else stands in the output, and may alternate', () => {
  const call = (index: number): Json => ({ id: `fc_${index}`, type: 'function_call', call_id: `call_${index}`, name: 'f', arguments: '' });
  const delta = (index: number, text: string): Json => ({
    type: 'response.function_call_arguments.delta',
    item_id: `fc_${index}`,
    output_index: index,
    delta: text,
  });
  const events = between([
    added(0, { id: 'ws_1', type: 'web_search_call', status: 'in_progress' }),
    { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
    done(0, { id: 'ws_1', type: 'web_search_call', status: 'completed' }),
    added(3, call(3)),
    added(4, call(4)),
    delta(3, 'a'),
    delta(4, 'b'),
    delta(3, 'c'),
    done(3, { ...call(3), arguments: 'ac' }),
    done(4, { ...call(4), arguments: 'b' }),
  ]);
  assert.deepEqual(
    events.map((event) => ('call' in event ? `${event.type} ${event.call}` : event.type)),
    ['call-start 0', 'call-start 1', 'call-input 0', 'call-input 1', 'call-input 0', 'call-end 0', 'call-end 1'],
  );
});

test('custom tools stream free text', () => {
  const item = { id: 'ctc_1', type: 'custom_tool_call', call_id: 'call_1', name: 'sql', input: '' };
  const events = between([
    added(0, item),
    { type: 'response.custom_tool_call_input.delta', item_id: 'ctc_1', output_index: 0, delta: 'SELECT' },
    { type: 'response.custom_tool_call_input.done', item_id: 'ctc_1', output_index: 0, input: 'SELECT 1' },
    done(0, { ...item, input: 'SELECT 1' }),
  ]);
  assert.deepEqual(
    events.map((event) => (event.type === 'call-start' ? event.kind : 'text' in event ? event.text : event.type)),
    ['custom', 'SELECT', ' 1', 'call-end'],
  );
});

test('the state of a thought is that of its last event, and parts of a summary stand apart', () => {
  const item = { id: 'rs_1', type: 'reasoning', summary: [] };
  const piece = (summary: number, delta: string): Json => ({
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: summary,
    delta,
  });
  const summary = [
    { type: 'summary_text', text: 'One' },
    { type: 'summary_text', text: 'Two' },
  ];
  const events = between([
    added(0, { ...item, encrypted_content: 'early' }),
    piece(0, 'One'),
    piece(1, 'Tw'),
    piece(1, 'o'),
    done(0, { ...item, summary, encrypted_content: 'late' }),
  ]);
  assert.deepEqual(events, [
    { type: 'thinking', choice: 0, text: 'One' },
    { type: 'thinking', choice: 0, text: '\n\nTw' },
    { type: 'thinking', choice: 0, text: 'o' },
    { type: 'thinking-state', choice: 0, state: { family: 'openai', form: 'sealed', data: 'late', itemId: 'rs_1' } },
  ]);
  assert.deepEqual(between([done(0, { ...item, encrypted_content: 'D' })]), [
    { type: 'thinking-state', choice: 0, state: { family: 'openai', form: 'sealed', data: 'D', itemId: 'rs_1' } },
  ]);
  assert.deepEqual(between([added(0, item), done(0, item)]), [], 'a thought that shows nothing is none');
});

test('open-weight models tell the thought itself', () => {
  const place = { item_id: 'rs_1', output_index: 0, content_index: 0 };
  const events = between([
    added(0, { id: 'rs_1', type: 'reasoning', summary: [] }),
    { type: 'response.reasoning_text.delta', ...place, delta: 'Hm' },
    { type: 'response.reasoning_text.done', ...place, text: 'Hm' },
    done(0, { id: 'rs_1', type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] }),
  ]);
  assert.deepEqual(events, [
    { type: 'thinking', choice: 0, text: 'Hm' },
    { type: 'thinking-end', choice: 0 },
  ]);
});

test('several messages, refusals, sources and probabilities keep their order', () => {
  const events = between([
    added(0, { id: 'msg_1', type: 'message', phase: 'commentary', content: [] }),
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Looking', logprobs: [{ token: 'L', logprob: -1 }] },
    {
      type: 'response.output_text.annotation.added',
      output_index: 0,
      content_index: 0,
      annotation: { type: 'url_citation', url: 'https://e.com', title: 'E' },
    },
    { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation: { type: 'file_citation', file_id: 'f' } },
    added(1, { id: 'msg_2', type: 'message', phase: 'final_answer', content: [] }),
    { type: 'response.refusal.delta', output_index: 1, content_index: 0, delta: 'No' },
    { type: 'response.refusal.done', output_index: 1, content_index: 0, refusal: 'No.' },
  ]);
  assert.deepEqual(events, [
    { type: 'text', choice: 0, text: 'Looking' },
    { type: 'logprobs', choice: 0, logprobs: { content: [{ token: 'L', logprob: -1 }] } },
    { type: 'citation', choice: 0, citation: { url: 'https://e.com', title: 'E', start: null, end: null } },
    { type: 'refusal', choice: 0, text: 'No' },
    { type: 'refusal', choice: 0, text: '.' },
  ]);
});

test('why an answer ended follows from what is in it', () => {
  const call = done(0, { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' });
  const refusal = done(0, { id: 'msg_1', type: 'message', content: [{ type: 'refusal', refusal: 'No' }] });
  const incomplete = (reason: string): Json => ({
    type: 'response.incomplete',
    response: { id: 'resp_1', status: 'incomplete', incomplete_details: { reason } },
  });
  assert.equal(finishOf([CREATED, completed()]), 'end');
  assert.equal(finishOf([CREATED, call, completed()]), 'tool-calls');
  assert.equal(finishOf([CREATED, refusal, completed()]), 'refusal');
  assert.equal(finishOf([CREATED, incomplete('max_output_tokens')]), 'length');
  assert.equal(finishOf([CREATED, incomplete('content_filter')]), 'blocked');
  assert.equal(finishOf([CREATED, incomplete('steered')]), 'end');
});

test('an error, nested or flat, and the failed response behind it are one error', () => {
  const failed = {
    type: 'response.failed',
    response: { id: 'resp_1', status: 'failed', error: { code: 'insufficient_quota', message: 'no money' } },
  };
  const nested = { type: 'error', error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'no money', param: null } };
  const flat = { type: 'error', code: 'insufficient_quota', message: 'no money', param: null };
  for (const events of [[nested, failed], [flat, failed], [failed]]) {
    const { out, isComplete, isFinal } = read([CREATED, ...events]);
    assert.equal(out.length, 2);
    const error = out[1]?.type === 'error' ? out[1].error : assert.fail();
    assert.deepEqual([error.kind, error.status, error.code, error.message], ['rate-limit', 429, 'insufficient_quota', 'no money']);
    assert.deepEqual([isComplete, isFinal], [false, true]);
  }
});

test('a stream that breaks off is not complete', () => {
  const { out, isComplete } = read([CREATED, { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hel' }]);
  assert.equal(isComplete, false);
  assert.equal(out.at(-1)?.type, 'text');
});

test('servers that leave out the place, the name or the first event are understood', () => {
  const events = read([
    { type: 'response.output_item.added', item: { id: 'fc_1', type: 'function_call', call_id: '', name: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', delta: '{"a"' },
    { type: 'response.output_item.done', item: { id: 'fc_1', type: 'function_call', name: 'f', arguments: { a: 1 } } },
    { type: 'response.something.new', item_id: 'fc_1', delta: 'x' },
    completed(),
  ]).out;
  assert.deepEqual(events.slice(0, 4), [
    { type: 'start', id: '', model: '', createdAt: null },
    { type: 'call-start', choice: 0, call: 0, id: 'fc_1', name: 'f', kind: 'function' },
    { type: 'call-input', choice: 0, call: 0, text: '{"a"' },
    { type: 'call-input', choice: 0, call: 0, text: ':1}' },
  ]);
});
