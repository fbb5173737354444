import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { responseEvents } from '../../domain/canonical/response-events.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import type { AnswerContext, EventDecoder } from '../translation.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { createEventDecoder } from './decode-event.ts';
import { createEventEncoder } from './encode-event.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';

const CALL = { model: 'm', stream: true };
const TARGET = { model: 'm', traits: { ...UNKNOWN_MODEL_TRAITS, reasoningHistory: 'reasoning_content', cacheMarks: true } } as const;
const FULL = {
  model: 'm',
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'S', prompt_cache_breakpoint: { mode: 'explicit' } }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'U' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'BB', format: 'wav' } },
      ],
    },
    {
      role: 'assistant',
      content: 'A',
      reasoning_content: 'hm',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
        { id: 'b', type: 'custom', custom: { name: 'c', input: 'ls' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: 'x' },
    { role: 'tool', tool_call_id: 'b', content: '' },
    { role: 'assistant', content: null, refusal: 'No.' },
    { role: 'user', content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CCCC' } }] },
  ],
  tools: [
    { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: false } },
    { type: 'custom', custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'regex', definition: '.*' } } } },
  ],
  tool_choice: { type: 'function', function: { name: 'f' } },
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, description: 'd' } },
  temperature: 0,
  top_p: 1,
  stop: ['X'],
  seed: 1,
  frequency_penalty: 1,
  presence_penalty: 1,
  logit_bias: { '1': 2 },
  n: 2,
  logprobs: true,
  top_logprobs: 1,
  max_tokens: 5,
  reasoning_effort: 'low',
  verbosity: 'high',
  service_tier: 'flex',
  user: 'u',
  prompt_cache_key: 'k',
  stream: true,
  stream_options: { include_usage: true },
};

test('what a chat request says comes back from a chat request made of it', () => {
  const request = decodeRequest(FULL, CALL);
  const { body, dropped } = encodeRequest(request, TARGET);
  assert.deepEqual([...dropped], []);
  assert.deepEqual(decodeRequest(body, CALL), request);
});

test('any sampling and any words come back as they were', () => {
  const words = fc.string({ minLength: 1, unit: 'grapheme' });
  const requests = fc.record({
    system: words,
    asked: words,
    answered: words,
    temperature: fc.option(fc.constantFrom(0, 0.5, 2)),
    topP: fc.option(fc.constantFrom(0, 1)),
    stop: fc.array(words, { maxLength: 4 }),
  });
  const PLAIN = decodeRequest({ messages: [{ role: 'user', content: 'U' }] }, CALL);
  fc.assert(
    fc.property(requests, ({ system, asked, answered, ...sampling }) => {
      const request: CanonicalRequest = {
        ...PLAIN,
        ...sampling,
        asksUsage: true,
        turns: [
          { role: 'system', parts: [{ type: 'text', text: system }] },
          { role: 'user', parts: [{ type: 'text', text: asked }] },
          { role: 'assistant', parts: [{ type: 'text', text: answered }] },
        ],
      };
      assert.deepEqual(decodeRequest(encodeRequest(request, TARGET).body, CALL), request);
    }),
    { numRuns: 100 },
  );
});

const CONTEXT: AnswerContext = { requestId: '0190-x', publicModel: 'm', now: 9, request: decodeRequest(FULL, CALL), framing: 'sse' };

/** Events as a client's stream, read as an upstream's. */
function throughStream(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
  const encoder = createEventEncoder(CONTEXT);
  const decoder: EventDecoder = createEventDecoder({ requestId: '0190-x' });
  const read: CanonicalEvent[] = [];
  const text = events.map((event) => encoder.encode(event)).join('');
  readSseEvents(Buffer.from(text), (name, data) => {
    const parsed = parseJson(data);
    if (isObject(parsed)) decoder.decode(name, parsed, read);
  });
  assert.ok(decoder.close(read));
  return read;
}

test('a whole answer and its stream say the same, and both come back as they went out', () => {
  const response: CanonicalResponse = {
    id: 'chatcmpl-1',
    model: 'm',
    createdAt: 7,
    choices: [
      {
        index: 0,
        parts: [
          { type: 'thinking', text: 'hm', state: null },
          { type: 'text', text: 'Grüße 你好' },
          { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{"a":1}', state: { family: 'gemini', form: 'signature', data: 'c2ln' } },
          { type: 'tool-call', id: 'b', name: 'c', kind: 'custom', input: 'ls' },
        ],
        stop: 'tool-calls',
        stopSequence: null,
        logprobs: null,
      },
      {
        index: 1,
        parts: [{ type: 'refusal', text: 'No.' }],
        stop: 'blocked',
        stopSequence: null,
        logprobs: { content: [], refusal: [{ token: 'N' }] },
      },
    ],
    usage: { ...NO_USAGE, input: 10, cacheRead: 60, cacheWrite: 30, output: 20, reasoning: 12, provenance: 'measured' },
  };
  assert.deepEqual(decodeResponse(JSON.parse(encodeResponse(response, CONTEXT)), { requestId: '0190-x' }), response);
  const events = responseEvents(response);
  const moved = (list: readonly CanonicalEvent[]) => list.toSorted((one, other) => rank(one) - rank(other));
  // Chat tells the end of all calls with the end of their choice.
  const rank = (event: CanonicalEvent) =>
    event.type === 'call-end'
      ? 1
      : event.type === 'finish' && event.choice === 0
        ? 2
        : event.type === 'start'
          ? -1
          : 'choice' in event && event.choice === 0
            ? 0
            : 3;
  assert.deepEqual(moved(throughStream(events)), moved(events));
});

test('every piece of text and of arguments survives the stream', () => {
  const pieces = fc.array(
    fc.record({ kind: fc.constantFrom('text', 'thinking', 'input'), call: fc.nat(2), text: fc.string({ minLength: 1, unit: 'binary' }) }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(pieces, (list) => {
      const begun: CanonicalEvent[] = [0, 1, 2].map((call) => ({
        type: 'call-start',
        choice: 0,
        call,
        id: `id${call}`,
        name: 'f',
        kind: 'function',
      }));
      const body = list.map(({ kind, call, text }): CanonicalEvent =>
        kind === 'input' ? { type: 'call-input', choice: 0, call, text } : { type: kind === 'text' ? 'text' : 'thinking', choice: 0, text },
      );
      const read = throughStream([
        { type: 'start', id: 'x', model: 'm', createdAt: 1 },
        ...begun,
        ...body,
        { type: 'finish', choice: 0, stop: 'tool-calls', stopSequence: null },
        { type: 'end' },
      ]);
      const said = (events: readonly CanonicalEvent[]) =>
        events.filter(({ type }) => type === 'text' || type === 'thinking' || type === 'call-input' || type === 'call-start');
      assert.deepEqual(said(read), [...begun, ...body]);
    }),
    { numRuns: 100 },
  );
});
