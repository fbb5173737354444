import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { unwrapState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { decodeRequest } from './decode-request.ts';
import { createEventEncoder } from './encode-event.ts';

const START: CanonicalEvent = { type: 'start', id: 'msg_1', model: 'up', createdAt: 7 };
const END: CanonicalEvent = { type: 'end' };
const finish = (stop: 'end' | 'tool-calls' | 'length' | 'refusal' = 'end', choice = 0): CanonicalEvent => ({
  type: 'finish',
  choice,
  stop,
  stopSequence: null,
});
const text = (told: string, choice = 0): CanonicalEvent => ({ type: 'text', choice, text: told });
const callStart = (call: number, id: string, name: string): CanonicalEvent => ({ type: 'call-start', choice: 0, call, id, name, kind: 'function' });
const callInput = (call: number, told: string): CanonicalEvent => ({ type: 'call-input', choice: 0, call, text: told });
const callEnd = (call: number): CanonicalEvent => ({ type: 'call-end', choice: 0, call });
const USAGE: CanonicalEvent = { type: 'usage', usage: { ...NO_USAGE, input: 5, output: 2 } };

function encode(events: readonly CanonicalEvent[], fields: Record<string, unknown> = {}): string {
  const request = decodeRequest({ messages: [{ role: 'user', content: 'U' }], ...fields }, { model: 'm', stream: true });
  const encoder = createEventEncoder({ requestId: '0190-x', publicModel: 'pub"lic', now: 9, request, framing: 'sse' });
  return events.map((event) => encoder.encode(event)).join('');
}

/** Data of the frames, parsed; `[DONE]` as a string. */
function frames(events: readonly CanonicalEvent[], fields: Record<string, unknown> = {}) {
  const told = encode(events, fields).split('\n\n').slice(0, -1);
  return told.map((frame) => (frame === 'data: [DONE]' ? '[DONE]' : JSON.parse(frame.slice('data: '.length))));
}

const deltas = (events: readonly CanonicalEvent[], fields: Record<string, unknown> = {}) =>
  frames(events, fields).flatMap((frame) => (frame === '[DONE]' ? [] : frame.choices.map((choice: { delta: unknown }) => choice.delta)));

/** What the official client makes of the stream. */
async function final(events: readonly CanonicalEvent[], fields: Record<string, unknown> = {}) {
  const body = encode(events, fields);
  const client = new OpenAI({
    apiKey: 'x',
    baseURL: 'http://localhost',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
  });
  return await client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'U' }], ...fields }).finalChatCompletion();
}

test('one role chunk, text, one finish chunk, [DONE]; all chunks have one id, time and model', () => {
  const [role, piece, last, done] = frames([START, text('A'), finish(), USAGE, END]);
  const base = { id: 'chatcmpl-msg_1', object: 'chat.completion.chunk', created: 7, model: 'pub"lic' };
  assert.deepEqual(role, {
    ...base,
    choices: [{ index: 0, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null }],
  });
  assert.deepEqual(piece, { ...base, choices: [{ index: 0, delta: { content: 'A' }, logprobs: null, finish_reason: null }] });
  assert.deepEqual(last, { ...base, choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] });
  assert.equal(done, '[DONE]');
});

test('the usage chunk comes last and only when it was asked for and told', () => {
  const asks = { stream_options: { include_usage: true } };
  const asked = frames([START, text('A'), finish(), USAGE, END], asks);
  assert.deepEqual(
    asked.slice(0, 3).map(({ usage }) => usage),
    [null, null, null],
  );
  assert.deepEqual([asked[3].choices, asked[3].usage.total_tokens, asked[4]], [[], 7, '[DONE]']);
  assert.deepEqual(
    frames([START, text('A'), finish(), USAGE, END]).map((frame) => 'usage' in Object(frame)),
    [false, false, false, false],
  );
  assert.equal(frames([START, text('A'), finish(), END], asks).length, 4, 'nobody told any');
});

test('usage replaces what came before it, whenever it comes', () => {
  const later: CanonicalEvent = { type: 'usage', usage: { ...NO_USAGE, input: 6, output: 3 } };
  const told = frames([START, USAGE, text('A'), USAGE, finish(), later, END], { stream_options: { include_usage: true } });
  assert.equal(told.at(-2).usage.total_tokens, 9);
});

test('a stream without any content has its role, its end and [DONE]', () => {
  assert.equal(frames([START, finish('refusal'), END]).at(-1), '[DONE]');
  assert.deepEqual(deltas([START, finish('length'), END]), [{ role: 'assistant', content: '', refusal: null }, {}]);
  assert.deepEqual(deltas([finish('length'), END]), [{ role: 'assistant', content: '', refusal: null }, {}], 'even when nothing began it');
});

test('a second start repeats nothing', () => {
  assert.equal(encode([START, START, text('A'), finish(), END]), encode([START, text('A'), finish(), END]));
});

test('interleaved calls keep their own number, and a call without arguments gets an empty object', () => {
  const events = [
    START,
    callStart(0, 'a', 'f'),
    callStart(1, 'b', 'g'),
    callInput(1, '{"b"'),
    callInput(1, ':2}'),
    callEnd(0),
    callEnd(1),
    finish('tool-calls'),
    END,
  ];
  assert.deepEqual(deltas(events).slice(1), [
    { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } }] },
    { tool_calls: [{ index: 1, function: { arguments: '{"b"' } }] },
    { tool_calls: [{ index: 1, function: { arguments: ':2}' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    {},
  ]);
});

test('calls end with tool_calls even where the upstream says stop', () => {
  const last = frames([START, callStart(0, 'a', 'f'), callEnd(0), finish('end'), END]).at(-2);
  assert.equal(last.choices[0].finish_reason, 'tool_calls');
});

test('clients of the deprecated functions get function_call', () => {
  const events = [START, callStart(0, 'a', 'f'), callInput(0, '{}'), callEnd(0), finish('tool-calls'), END];
  const fields = { functions: [{ name: 'f' }] };
  assert.deepEqual(deltas(events, fields).slice(1), [{ function_call: { name: 'f', arguments: '' } }, { function_call: { arguments: '{}' } }, {}]);
  assert.equal(frames(events, fields).at(-2).choices[0].finish_reason, 'function_call');
});

test('thoughts are no content; all states come at once ahead of the end', () => {
  const events: readonly CanonicalEvent[] = [
    START,
    { type: 'thinking', choice: 0, text: 'on' },
    { type: 'thinking', choice: 0, text: 'e' },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'signature', data: 's1' } },
    { type: 'thinking', choice: 0, text: 'two' },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'signature', data: 's2' } },
    { type: 'thinking-state', choice: 0, state: { family: 'openai', form: 'sealed', data: 's3', itemId: 'rs_1' } },
    text('A'),
    { type: 'text-state', choice: 0, state: { family: 'gemini', form: 'signature', data: 's4' } },
    finish(),
    END,
  ];
  const told = deltas(events);
  assert.deepEqual(told.slice(1, 5), [{ reasoning_content: 'on' }, { reasoning_content: 'e' }, { reasoning_content: '\n\ntwo' }, { content: 'A' }]);
  assert.deepEqual(
    told[5].reasoning_details.map(({ data, index }: { data: string; index: number }) => [index, unwrapState(data)]),
    [
      [0, { family: 'anthropic', form: 'signature', data: 's1', text: 'one' }],
      [1, { family: 'anthropic', form: 'signature', data: 's2', text: 'two' }],
      [2, { family: 'openai', form: 'sealed', data: 's3', itemId: 'rs_1' }],
      [3, { family: 'gemini', form: 'signature', data: 's4' }],
    ],
  );
});

test('an error is told in its own form, with no end and no [DONE]', () => {
  const told = frames([START, text('A'), { type: 'error', error: new GatewayError('upstream_interrupted', 'broke off') }]);
  assert.deepEqual(told.at(-1), { error: { message: 'broke off', type: 'server_error', param: null, code: 'upstream_interrupted' } });
  assert.equal(told.length, 3);
});

test('several answers interleave, each with its own role and end', () => {
  const told = frames([START, text('A'), text('B', 1), finish('end', 1), text('a'), finish('length'), END]);
  const rows = told
    .slice(0, -1)
    .map(({ choices: [choice] }) => `${choice.index} ${choice.delta.role ?? choice.delta.content ?? choice.finish_reason}`);
  assert.deepEqual(rows, ['0 assistant', '0 A', '1 assistant', '1 B', '1 stop', '0 a', '0 length']);
});

test('the official client gathers text, refusal, calls and figures', async () => {
  const answer = await final(
    [
      START,
      text('Hel'),
      text('lo'),
      callStart(0, 'a', 'f'),
      callStart(1, 'b', 'g'),
      callInput(0, '{"a":1}'),
      callEnd(0),
      callEnd(1),
      finish('tool-calls'),
      USAGE,
      END,
    ],
    {
      stream_options: { include_usage: true },
    },
  );
  const [choice] = answer.choices;
  assert.equal(choice?.message.content, 'Hello');
  assert.deepEqual(
    choice?.message.tool_calls?.map((call) => (call.type === 'function' ? [call.id, call.function.name, call.function.arguments] : [])),
    [
      ['a', 'f', '{"a":1}'],
      ['b', 'g', '{}'],
    ],
  );
  assert.deepEqual([choice?.finish_reason, answer.usage?.total_tokens, answer.model], ['tool_calls', 7, 'pub"lic']);
  const refused = await final([START, finish('refusal'), END]);
  assert.deepEqual([refused.choices[0]?.finish_reason, typeof refused.choices[0]?.message.refusal], ['content_filter', 'string']);
});

test('the official client keeps thoughts, states, sources and probabilities whole', async () => {
  const logprobs = { content: [{ token: 'A', logprob: -0.1, bytes: [65], top_logprobs: [] }], refusal: null };
  const answer = await final([
    START,
    { type: 'thinking', choice: 0, text: 'one' },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'signature', data: 's1' } },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'sealed', data: 's2' } },
    text('A'),
    { type: 'logprobs', choice: 0, logprobs },
    { type: 'citation', choice: 0, citation: { url: 'https://x', title: 'T', start: 0, end: 1 } },
    { type: 'citation', choice: 0, citation: { url: 'https://y', title: 'T', start: null, end: null } },
    text('B'),
    { type: 'logprobs', choice: 0, logprobs },
    finish(),
    END,
  ]);
  const [choice] = answer.choices;
  const message = JSON.parse(JSON.stringify(choice?.message));
  assert.deepEqual([message.content, message.reasoning_details.length, choice?.logprobs?.content?.length], ['AB', 2, 2]);
  assert.deepEqual(
    message.annotations.map((each: { url_citation: Record<string, unknown> }) => [
      each.url_citation.url,
      each.url_citation.start_index,
      each.url_citation.end_index,
    ]),
    [
      ['https://x', 0, 1],
      ['https://y', 0, 2],
    ],
  );
});

test('the official client throws on an error in the stream', async () => {
  await assert.rejects(final([START, text('A'), { type: 'error', error: new GatewayError('upstream_interrupted', 'broke off') }]), /broke off/);
});

test('the official client gathers custom calls', async () => {
  const events: readonly CanonicalEvent[] = [
    START,
    { type: 'call-start', choice: 0, call: 0, id: 'a', name: 'c', kind: 'custom' },
    callInput(0, 'ls "x"'),
    callEnd(0),
    finish('tool-calls'),
    END,
  ];
  const [call] = (await final(events)).choices[0]?.message.tool_calls ?? [];
  assert.deepEqual(JSON.parse(JSON.stringify(call)).custom, { name: 'c', input: 'ls "x"' });
});
