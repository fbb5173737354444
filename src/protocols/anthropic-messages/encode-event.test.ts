import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { unwrapState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE, type Usage } from '../../domain/usage.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import type { AnswerContext } from '../translation.ts';
import { MessageEventDecoder } from './decode-event.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { MessageEventEncoder } from './encode-event.ts';

const CONTEXT: AnswerContext = {
  requestId: '0190-ab-cd',
  publicModel: 'public',
  now: 1,
  request: decodeMessagesRequest({ max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }, { model: 'm', stream: true }),
  framing: 'sse',
};
const USAGE: Usage = { ...NO_USAGE, input: 7, cacheRead: 20, cacheWrite: 3, output: 11, reasoning: 2, provenance: 'measured' };
const START: CanonicalEvent = { type: 'start', id: 'chatcmpl-1', model: 'up', createdAt: 1 };
const GEMINI = { family: 'gemini', form: 'signature', data: 'Z2Vt' } as const;

const text = (words: string): CanonicalEvent => ({ type: 'text', choice: 0, text: words });
const thinking = (words: string): CanonicalEvent => ({ type: 'thinking', choice: 0, text: words });
const callStart = (call: number, kind: 'function' | 'custom' = 'function'): CanonicalEvent => ({
  type: 'call-start',
  choice: 0,
  call,
  id: `call_${call}`,
  name: `f${call}`,
  kind,
});
const input = (call: number, words: string): CanonicalEvent => ({ type: 'call-input', choice: 0, call, text: words });
const callEnd = (call: number): CanonicalEvent => ({ type: 'call-end', choice: 0, call });
const finish = (stop: 'end' | 'tool-calls' | 'length' = 'end'): CanonicalEvent => ({ type: 'finish', choice: 0, stop, stopSequence: null });
const END: CanonicalEvent = { type: 'end' };

function write(events: readonly CanonicalEvent[]): string {
  const encoder = new MessageEventEncoder(CONTEXT);
  return events.map((event) => encoder.encode(event)).join('');
}

/** The frames, each with an event line that says its type. */
function frames(events: readonly CanonicalEvent[]): JsonObject[] {
  const read: JsonObject[] = [];
  readSseEvents(Buffer.from(write(events)), (name, data) => {
    const event = JSON.parse(data.toString()) as JsonObject;
    assert.equal(name, event['type']);
    read.push(event);
  });
  return read;
}

/** What Anthropic's own SDK makes of the stream. */
async function accumulate(events: readonly CanonicalEvent[]): Promise<Anthropic.Message> {
  const answer = (): Promise<Response> => Promise.resolve(new Response(write(events), { headers: { 'content-type': 'text/event-stream' } }));
  const client = new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:9', maxRetries: 0, fetch: answer });
  return await client.messages.stream({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }).finalMessage();
}

test('the official SDK gathers text, thoughts and parallel calls from the stream', async () => {
  const message = await accumulate([
    START,
    thinking('let '),
    thinking('me see'),
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'signature', data: 'sig==' } },
    text('Hel'),
    text('lo \u2028 "you" 😀'),
    callStart(0),
    callStart(1),
    input(1, '{"b"'),
    input(0, '{"a":'),
    input(1, ':2}'),
    input(0, '1}'),
    finish('tool-calls'),
    { type: 'usage', usage: USAGE },
    END,
  ]);
  assert.deepEqual(message.content, [
    { type: 'thinking', thinking: 'let me see', signature: 'sig==' },
    { type: 'text', text: 'Hello \u2028 "you" 😀' },
    { type: 'tool_use', id: 'call_0', name: 'f0', input: { a: 1 } },
    { type: 'tool_use', id: 'call_1', name: 'f1', input: { b: 2 } },
  ]);
  assert.deepEqual([message.id, message.model, message.stop_reason, message.stop_sequence], ['msg_0190abcd', 'public', 'tool_use', null]);
  assert.deepEqual(
    [message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.cache_creation_input_tokens, message.usage.output_tokens],
    [7, 20, 3, 11],
  );
});

test('the official SDK takes an answer without content, and one without figures', async () => {
  const message = await accumulate([START, { ...finish(), stop: 'refusal' } as CanonicalEvent, END]);
  assert.deepEqual([message.content, message.stop_reason, message.usage.output_tokens, message.usage.input_tokens], [[], 'refusal', 0, 0]);
});

test('the official SDK gathers sealed thoughts, arguments that never came, and free text', async () => {
  const message = await accumulate([
    START,
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    callStart(0),
    callEnd(0),
    callStart(1, 'custom'),
    input(1, 'say "hi"\n\ud83d'),
    input(1, '\ude00'),
    callEnd(1),
    finish('tool-calls'),
    END,
  ]);
  assert.deepEqual(message.content, [
    { type: 'redacted_thinking', data: 'sealed' },
    { type: 'tool_use', id: 'call_0', name: 'f0', input: {} },
    { type: 'tool_use', id: 'call_1', name: 'f1', input: { input: 'say "hi"\n😀' } },
  ]);
});

test('the official SDK sees an error inside the stream as one', async () => {
  await assert.rejects(
    accumulate([START, text('a'), { type: 'error', error: { status: 529, kind: 'overloaded', code: '', message: 'too busy' } }]),
    /too busy/,
  );
});

test('an error is the last event, and says no reason for an end', () => {
  const read = frames([
    START,
    text('a'),
    { type: 'error', error: { status: 502, kind: 'upstream', code: 'upstream_interrupted', message: 'broke' } },
    finish(),
    END,
  ]);
  assert.deepEqual(
    read.map(({ type }) => type),
    ['message_start', 'content_block_start', 'content_block_delta', 'error'],
  );
});

test('the first call is written as it comes, the others when those before them have ended', () => {
  const encoder = new MessageEventEncoder(CONTEXT);
  const written = [START, callStart(0), callStart(1), input(1, '{}'), input(0, '{"a":1}'), callEnd(1), callEnd(0)].map((event) =>
    encoder.encode(event),
  );
  assert.deepEqual(
    written.map((out) => [...out.matchAll(/"type":"(content_block_\w+)","index":(\d)/g)].map(([, type, index]) => `${type} ${index}`)),
    [
      [],
      ['content_block_start 0'],
      [],
      [],
      ['content_block_delta 0'],
      [],
      ['content_block_stop 0', 'content_block_start 1', 'content_block_delta 1', 'content_block_stop 1'],
    ],
  );
});

test('text that comes while a call is open waits for the call’s end', async () => {
  const message = await accumulate([START, callStart(0), input(0, '{"a"'), text('mean'), text('while'), input(0, ':1}'), callEnd(0), finish(), END]);
  assert.deepEqual(message.content, [
    { type: 'tool_use', id: 'call_0', name: 'f0', input: { a: 1 } },
    { type: 'text', text: 'meanwhile' },
  ]);
  assert.equal(message.stop_reason, 'tool_use');
});

test('figures that come behind the finish are in the last event, and pings of the upstream are not passed on', () => {
  const read = frames([START, text('a'), finish('length'), { type: 'usage', usage: USAGE }, END]);
  assert.deepEqual(read.slice(-2), [
    {
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens', stop_sequence: null, stop_details: null },
      usage: {
        input_tokens: 7,
        cache_creation_input_tokens: 3,
        cache_read_input_tokens: 20,
        output_tokens: 11,
        output_tokens_details: { thinking_tokens: 2 },
      },
    },
    { type: 'message_stop' },
  ]);
});

test('a refusal is text with a reason', () => {
  const read = frames([START, { type: 'refusal', choice: 0, text: 'no' }, finish(), END]);
  assert.deepEqual(read[2]?.['delta'], { type: 'text_delta', text: 'no' });
  assert.deepEqual(read.at(-2)?.['delta'], {
    stop_reason: 'refusal',
    stop_sequence: null,
    stop_details: { type: 'refusal', category: null, explanation: null },
  });
});

test('the signature is right before the stop of its thought, wrapped with the thought when it is another family’s', () => {
  const read = frames([
    START,
    thinking('deep '),
    thinking('thought'),
    { type: 'thinking-state', choice: 0, state: GEMINI },
    text('so'),
    finish(),
    END,
  ]);
  assert.equal(read[5]?.['type'], 'content_block_stop');
  const delta = (read[4] ?? {})['delta'] as Readonly<Record<string, string>>;
  assert.equal(delta['type'], 'signature_delta');
  assert.deepEqual(unwrapState(delta['signature'] ?? ''), { ...GEMINI, text: 'deep thought' });
});

test('a client gives every state back to where it came from', async () => {
  const events: CanonicalEvent[] = [
    START,
    thinking('unproved'),
    { type: 'thinking-end', choice: 0 },
    thinking('summary'),
    { type: 'thinking-state', choice: 0, state: { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' } },
    text('so'),
    { type: 'text-state', choice: 0, state: { ...GEMINI, data: 'dGV4dA' } },
    { type: 'call-start', choice: 0, call: 0, id: 'c', name: 'f', kind: 'function', state: GEMINI },
    input(0, '{"a":1}'),
    callEnd(0),
    finish('tool-calls'),
    END,
  ];
  const { content } = await accumulate(events);
  const messages = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'ok' }] },
  ];
  assert.deepEqual(decodeMessagesRequest({ max_tokens: 9, messages }, { model: 'm', stream: false }).turns[1]?.parts, [
    { type: 'thinking', text: 'unproved', state: null },
    { type: 'thinking', text: 'summary', state: { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' } },
    { type: 'text', text: 'so', state: { ...GEMINI, data: 'dGV4dA' } },
    { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{"a":1}', state: GEMINI },
  ]);
});

test('a source is told inside the text that it belongs to, other answers than the first are not told', () => {
  const citation = { url: 'https://x.test', title: null, start: 0, end: 1 };
  const read = frames([
    START,
    { type: 'citation', choice: 0, citation },
    text('a'),
    { type: 'text', choice: 1, text: 'b' },
    { type: 'citation', choice: 0, citation },
    { type: 'logprobs', choice: 0, logprobs: {} },
    finish(),
    END,
  ]);
  assert.deepEqual(
    read.filter(({ type }) => type === 'content_block_delta').map(({ delta }) => (delta as JsonObject)['type']),
    ['text_delta', 'citations_delta'],
  );
});

/** Content in any order; calls whose pieces alternate end before the finish. */
const CONTENT = fc
  .array(
    fc.oneof(
      fc.record({ what: fc.constant('text' as const), words: fc.string({ minLength: 1 }), call: fc.constant(0) }),
      fc.record({ what: fc.constant('thinking' as const), words: fc.string({ minLength: 1 }), call: fc.constant(0) }),
      fc.record({ what: fc.constant('start' as const), words: fc.constant(''), call: fc.constant(0) }),
      fc.record({ what: fc.constant('input' as const), words: fc.string({ minLength: 1 }), call: fc.nat(3) }),
      fc.record({ what: fc.constant('end' as const), words: fc.constant(''), call: fc.nat(3) }),
    ),
    { maxLength: 30 },
  )
  .map((steps) => {
    const ended: boolean[] = [];
    const events = steps.flatMap(({ what, words, call }): CanonicalEvent[] => {
      if (what === 'text') return [text(words)];
      if (what === 'thinking') return [thinking(words)];
      if (what === 'start') return [callStart(ended.push(false) - 1)];
      if (ended[call] !== false) return [];
      if (what === 'input') return [input(call, words)];
      ended[call] = true;
      return [callEnd(call)];
    });
    const open = ended.flatMap((isEnded, call) => (isEnded ? [] : [callEnd(call)]));
    return [START, ...events, ...open, finish(), END];
  });

test('whatever the order of events, one block is open at a time and no piece is lost or moved to another', () => {
  fc.assert(
    fc.property(CONTENT, (events) => {
      let open = -1;
      let next = 0;
      for (const frame of frames(events)) {
        if (frame['type'] === 'content_block_start') {
          assert.deepEqual([open, frame['index']], [-1, next]);
          open = next;
          next += 1;
        } else if (frame['type'] === 'content_block_delta') assert.equal(frame['index'], open);
        else if (frame['type'] === 'content_block_stop') {
          assert.equal(frame['index'], open);
          open = -1;
        } else assert.equal(open, -1);
      }
      assert.deepEqual(gather(decodeAgain(events)), gather(events));
    }),
    { numRuns: 200 },
  );
});

function decodeAgain(events: readonly CanonicalEvent[]): CanonicalEvent[] {
  const decoder = new MessageEventDecoder({ requestId: 'r' });
  const out: CanonicalEvent[] = [];
  for (const frame of frames(events)) decoder.decode('', frame, out);
  assert.equal(decoder.close(out), true);
  return out;
}

/** All words, and the input of each call. */
function gather(events: readonly CanonicalEvent[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = { text: '', thinking: '' };
  for (const event of events) {
    if (event.type === 'text' || event.type === 'thinking') found[event.type] += event.text;
    if (event.type === 'call-start') found[`call ${event.call}`] = '';
    if (event.type === 'call-input') found[`call ${event.call}`] += event.text;
    if (event.type === 'call-end') found[`call ${event.call}`] ||= '{}';
  }
  return found;
}

test('a stream that is read again is the same stream', () => {
  const events: CanonicalEvent[] = [
    { type: 'start', id: 'msg_0190abcd', model: 'public', createdAt: null },
    thinking('hm'),
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'signature', data: 'sig' } },
    { type: 'thinking-state', choice: 0, state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    text('so'),
    callStart(0),
    input(0, '{"a":1}'),
    callEnd(0),
    { type: 'usage', usage: USAGE },
    finish('tool-calls'),
    END,
  ];
  assert.deepEqual(
    decodeAgain(events).filter((event) => event.type !== 'usage' || event.usage.output > 0),
    events,
  );
});
