import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { unwrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import { ResponseEventDecoder } from './decode-event.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { ResponseEventEncoder } from './encode-event.ts';

type Json = Record<string, unknown>;

const WEATHER = { type: 'function', name: 'weather', parameters: { type: 'object', properties: {} }, strict: null };
const BODY = {
  model: 'public',
  input: 'Hi',
  instructions: 'Be brief.',
  tools: [WEATHER, { type: 'custom', name: 'patch' }],
  max_output_tokens: 50,
  metadata: { a: 'b' },
};
const CONTEXT = {
  requestId: '0190-ab',
  publicModel: 'public',
  now: 1_760_000_000,
  request: decodeResponseRequest(BODY, { model: 'public', stream: true }),
  framing: 'sse' as const,
};
const START: CanonicalEvent = { type: 'start', id: 'up-1', model: 'upstream', createdAt: 1_750_000_000 };
const FINISH: CanonicalEvent = { type: 'finish', choice: 0, stop: 'end', stopSequence: null };
const USAGE: CanonicalEvent = {
  type: 'usage',
  usage: { ...NO_USAGE, input: 7, cacheRead: 3, cacheWrite: 2, output: 5, reasoning: 1, provenance: 'measured' },
};
const END: CanonicalEvent = { type: 'end' };
const said = (text: string): CanonicalEvent => ({ type: 'text', choice: 0, text });
const callStart = (call: number, name = 'weather', state?: OpaqueState): CanonicalEvent => ({
  type: 'call-start',
  choice: 0,
  call,
  id: `toolu_${call}`,
  name,
  kind: 'function',
  ...(state === undefined ? {} : { state }),
});
const callInput = (call: number, text: string): CanonicalEvent => ({ type: 'call-input', choice: 0, call, text });
const callEnd = (call: number): CanonicalEvent => ({ type: 'call-end', choice: 0, call });

function encode(events: readonly CanonicalEvent[]): string {
  const encoder = new ResponseEventEncoder(CONTEXT);
  return events.map((event) => encoder.encode(event)).join('');
}

/** The events of a stream. Names and types are the same, and the numbers have no gap. */
function read(stream: string): Json[] {
  const events: Json[] = [];
  readSseEvents(Buffer.from(stream), (name, data) => {
    const event = JSON.parse(data.toString()) as Json;
    assert.equal(event['type'], name);
    assert.equal(event['sequence_number'], events.length);
    events.push(event);
  });
  return events;
}

const typesOf = (events: readonly Json[]): string[] => events.map(({ type }) => String(type).replace('response.', ''));
const lastOf = (events: readonly Json[]): Json => events.at(-1)?.['response'] as Json;

/** What the official client makes of a stream; throws what it throws. */
async function accept(stream: string): Promise<OpenAI.Responses.Response> {
  const fetch = (): Promise<Response> => Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } }));
  const client = new OpenAI({ apiKey: 'k', fetch, maxRetries: 0 });
  return await client.responses.stream({ model: 'public', input: 'Hi' }).finalResponse();
}

test('a text lives its whole life in the order of the API', async () => {
  const stream = encode([START, said('Hel'), said('lo "you"'), FINISH, USAGE, END]);
  const events = read(stream);
  assert.deepEqual(typesOf(events), [
    'created',
    'in_progress',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'completed',
  ]);
  const final = lastOf(events);
  assert.deepEqual([final['id'], final['status'], final['model'], final['created_at']], ['resp_0190ab', 'completed', 'public', 1_750_000_000]);
  assert.deepEqual(final['output'], [events[8]?.['item']], 'the response holds what was streamed');
  assert.deepEqual(final['output'], [
    {
      id: 'msg_0190ab_0',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hello "you"', annotations: [], logprobs: [] }],
    },
  ]);
  assert.deepEqual(final['usage'], {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 1 },
    total_tokens: 17,
  });
  assert.equal((await accept(stream)).output_text, 'Hello "you"');
});

test('a thought is an item of its own before the text, with its state wrapped for the way back', async () => {
  const state: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig' };
  const thinking = (text: string): CanonicalEvent => ({ type: 'thinking', choice: 0, text });
  const stream = encode([START, thinking('I '), thinking('think'), { type: 'thinking-state', choice: 0, state }, said('Yes'), FINISH, END]);
  const events = read(stream);
  assert.deepEqual(typesOf(events).slice(2, 9), [
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
  ]);
  const [thought, message] = (await accept(stream)).output;
  assert.equal(thought?.type === 'reasoning' && thought.summary[0]?.text, 'I think');
  assert.deepEqual(unwrapState(String(thought?.type === 'reasoning' && thought.encrypted_content)), { ...state, text: 'I think' });
  assert.equal(message?.type, 'message');
  const bare = lastOf(read(encode([START, thinking('x'), said('y'), FINISH, END])))['output'] as Json[];
  assert.equal(bare[0]?.['encrypted_content'], '~hg-state.', 'a thought without state is marked as made here');
});

test("OpenAI's own state passes letter by letter, also without a text", async () => {
  const state: OpaqueState = { family: 'openai', form: 'sealed', data: 'gAAAA+/=', itemId: 'rs_up' };
  const [thought] = (await accept(encode([START, { type: 'thinking-state', choice: 0, state }, said('y'), FINISH, END]))).output;
  assert.deepEqual(thought, { id: 'rs_up', type: 'reasoning', summary: [], encrypted_content: 'gAAAA+/=' });
});

test('parallel calls may alternate, and none loses a piece', async () => {
  const stream = encode([
    START,
    said('Two'),
    callStart(0),
    callStart(1),
    callInput(0, '{"a"'),
    callInput(1, '{"b"'),
    callInput(0, ':1}'),
    callEnd(0),
    callInput(1, ':2}'),
    callEnd(1),
    { ...FINISH, stop: 'tool-calls' } as CanonicalEvent,
    END,
  ]);
  const { output } = await accept(stream);
  assert.deepEqual(
    output.map((item) => (item.type === 'function_call' ? [item.id, item.call_id, item.name, item.arguments, item.status] : item.type)),
    ['message', ['fc_0190ab_1', 'toolu_0', 'weather', '{"a":1}', 'completed'], ['fc_0190ab_2', 'toolu_1', 'weather', '{"b":2}', 'completed']],
  );
  const { output: bare } = await accept(encode([START, callStart(0), callEnd(0), FINISH, END]));
  assert.equal(bare[0]?.type === 'function_call' && bare[0].arguments, '{}', 'a call without arguments has an empty object');
});

test("a function that stood for the client's custom tool is that tool's call again", async () => {
  const { output } = await accept(
    encode([START, callStart(0, 'patch'), callInput(0, '{"input":"*** Be'), callInput(0, 'gin\\n"}'), callEnd(0), FINISH, END]),
  );
  assert.deepEqual(output[0], {
    id: 'ctc_0190ab_0',
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'toolu_0',
    name: 'patch',
    input: '*** Begin\n',
  });
  const custom: CanonicalEvent = { type: 'call-start', choice: 0, call: 0, id: 'c', name: 'patch', kind: 'custom' };
  const types = typesOf(read(encode([START, custom, callInput(0, 'x'), callEnd(0), FINISH, END])));
  assert.deepEqual(types.slice(2, 6), ['output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done']);
});

test("Gemini's signatures stand before their call and behind their text, and find their way back", async () => {
  const state: OpaqueState = { family: 'gemini', form: 'signature', data: 'sig' };
  const { output } = await accept(
    encode([
      START,
      said('Hm'),
      { type: 'text-state', choice: 0, state: { ...state, data: 'of the text' } },
      callStart(0, 'weather', state),
      callEnd(0),
      FINISH,
      END,
    ]),
  );
  assert.deepEqual(
    output.map(({ type }) => type),
    ['message', 'reasoning', 'reasoning', 'function_call'],
  );
  const history = [{ role: 'user', content: 'x' }, ...output, { type: 'function_call_output', call_id: 'toolu_0', output: 'y' }];
  const again = decodeResponseRequest(JSON.parse(JSON.stringify({ input: history })), { model: 'm', stream: false }).turns[1]?.parts;
  assert.deepEqual(again, [
    { type: 'text', text: 'Hm', state: { ...state, data: 'of the text' } },
    { type: 'tool-call', id: 'toolu_0', name: 'weather', kind: 'function', input: '{}', state },
  ]);
});

test('sources and token probabilities belong to the text before them', async () => {
  const entry = { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] };
  const stream = encode([
    START,
    said('Hi'),
    { type: 'logprobs', choice: 0, logprobs: { content: [entry] } },
    { type: 'citation', choice: 0, citation: { url: 'https://e.com', title: null, start: null, end: null } },
    FINISH,
    END,
  ]);
  const [message] = (await accept(stream)).output;
  const part = message?.type === 'message' ? message.content[0] : undefined;
  assert.deepEqual(part?.type === 'output_text' && part.annotations, [
    { type: 'url_citation', start_index: 0, end_index: 2, url: 'https://e.com', title: '' },
  ]);
  assert.deepEqual(part?.type === 'output_text' && part.logprobs, [entry]);
});

test('an answer that was cut or withheld is incomplete, with the reason', async () => {
  const ended = (stop: 'length' | 'blocked' | 'refusal', ...content: CanonicalEvent[]): Promise<OpenAI.Responses.Response> =>
    accept(encode([START, ...content, { ...FINISH, stop } as CanonicalEvent, END]));
  const cut = await ended('length', said('Hel'));
  assert.deepEqual([cut.status, cut.incomplete_details], ['incomplete', { reason: 'max_output_tokens' }]);
  assert.equal(cut.output[0]?.type === 'message' && cut.output[0].status, 'incomplete');
  assert.deepEqual((await ended('blocked')).incomplete_details, { reason: 'content_filter' });
  assert.deepEqual((await ended('refusal')).incomplete_details, { reason: 'content_filter' });
  const refused = await ended('refusal', said('Well. '), { type: 'refusal', choice: 0, text: 'No.' });
  assert.equal(refused.status, 'completed');
  const content = refused.output[0]?.type === 'message' ? refused.output[0].content : [];
  assert.deepEqual(
    content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)),
    ['Well. ', 'No.'],
  );
});

test('an error is told by both events on which clients wait, and nothing follows', async () => {
  const error: CanonicalEvent = { type: 'error', error: new GatewayError('upstream_interrupted', 'broke off') };
  const stream = encode([START, said('Hel'), error, said('lo'), FINISH, END]);
  const events = read(stream);
  assert.deepEqual(typesOf(events).slice(-2), ['error', 'failed']);
  assert.deepEqual([events.at(-2)?.['message'], (events.at(-2)?.['error'] as Json | undefined)?.['message']], ['broke off', 'broke off']);
  assert.deepEqual([lastOf(events)['status'], lastOf(events)['error']], ['failed', { code: 'upstream_interrupted', message: 'broke off' }]);
  await assert.rejects(accept(stream), OpenAI.APIError);
  assert.deepEqual(typesOf(read(encode([error]))), ['created', 'in_progress', 'error', 'failed']);
});

test('figures that come behind the end still reach the client, and without figures there are zeros', () => {
  assert.equal((lastOf(read(encode([START, said('x'), FINISH, USAGE, END])))['usage'] as Json)['total_tokens'], 17);
  assert.equal((lastOf(read(encode([START, said('x'), FINISH, END])))['usage'] as Json)['total_tokens'], 0);
});

test('other choices are passed over', () => {
  const { output } = lastOf(read(encode([START, said('a'), { type: 'text', choice: 1, text: 'b' }, FINISH, END])));
  assert.equal(JSON.stringify(output).includes('"b"'), false);
});

const words = fc.string({ minLength: 1, maxLength: 6 });
const textEvents = fc.array(words.map(said), { minLength: 1, maxLength: 3 });
const thoughtEvents = fc.tuple(words, fc.stringMatching(/^gA{1,9}$/)).map(([text, data]): CanonicalEvent[] => [
  { type: 'thinking', choice: 0, text },
  { type: 'thinking-state', choice: 0, state: { family: 'openai', form: 'sealed', data, itemId: 'unknown' } },
]);
const callPieces = fc.array(words, { minLength: 1, maxLength: 3 });

test('what is written is read as the same events, and the official client takes it', async () => {
  const answers = fc.tuple(fc.array(fc.oneof(textEvents, thoughtEvents), { maxLength: 3 }), fc.array(callPieces, { maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(answers, async ([blocks, calls]) => {
      const callEvents = calls.flatMap((pieces, call) => [callStart(call), ...pieces.map((piece) => callInput(call, piece)), callEnd(call)]);
      const stop = calls.length > 0 ? 'tool-calls' : 'end';
      const events = [START, ...blocks.flat(), ...callEvents, USAGE, { ...FINISH, stop } as CanonicalEvent, END];
      const stream = encode(events);
      const decoder = new ResponseEventDecoder({ requestId: 'r' });
      const out: CanonicalEvent[] = [];
      for (const event of read(stream)) decoder.decode('', event, out);
      assert.equal(decoder.close(out), true);
      const same = (event: CanonicalEvent): CanonicalEvent => {
        if (event.type === 'start') return { ...event, id: 'resp_0190ab', model: 'public' };
        return event.type === 'thinking-state' ? { ...event, state: { ...event.state, itemId: '' } } : event;
      };
      assert.deepEqual(out.map(same), events.map(same));
      await accept(stream);
    }),
    { numRuns: 25 },
  );
});
