import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { GatewayError } from '../../domain/gateway-error.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import { decodeRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { createEventDecoder } from './decode-event.ts';
import { createEventEncoder } from './encode-event.ts';
import { carries, encodeRequest } from './encode-request.ts';
import { encodeResponse } from './encode-response.ts';

const TARGET = { model: 'up', traits: UNKNOWN_MODEL_TRAITS };
const decode = (fields: Record<string, unknown>, stream = false) => decodeRequest({ model: 'm', prompt: 'P', ...fields }, { model: 'm', stream });
const context = (fields: Record<string, unknown> = {}, stream = false) =>
  ({ requestId: '0190-x', publicModel: 'public', now: 9, request: decode(fields, stream), framing: 'sse' }) as const;

test('a prompt is one user message, and says no more than it says', () => {
  const request = decode({});
  assert.deepEqual(request.turns, [{ role: 'user', parts: [{ type: 'text', text: 'P' }] }]);
  assert.deepEqual(decode({ prompt: ['P'] }).turns, request.turns, 'a list of one is the same');
  assert.equal(request.maxOutputTokens, 16, "the API's own default");
  assert.deepEqual([...fingerprint(request)], []);
});

test('sampling, limit and user are mapped, and unknown fields are named', () => {
  const fields = {
    max_tokens: 5,
    temperature: 0,
    top_p: 1,
    n: 2,
    stop: 'X',
    seed: 1,
    presence_penalty: 1,
    frequency_penalty: 1,
    logit_bias: { '1': 1 },
    user: 'u',
  };
  const request = decode({ ...fields, stream_options: { include_usage: true }, min_p: 1 }, true);
  assert.deepEqual([request.maxOutputTokens, request.temperature, request.answers, request.stop, request.userId], [5, 0, 2, ['X'], 'u']);
  assert.deepEqual([request.stream, request.asksUsage, request.unmapped], [true, true, [{ field: 'min_p', weight: 'hint' }]]);
});

test('what no conversation can say is refused by name, and null or false of it is fine', () => {
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: [[1, 2]] }, 'prompt'],
    [{ prompt: ['A', 'B'] }, 'prompt'],
    [{ suffix: 'S' }, 'suffix'],
    [{ echo: true }, 'echo'],
    [{ best_of: 2 }, 'best_of'],
    [{ logprobs: 0 }, 'logprobs'],
  ];
  for (const [fields, param] of rows) {
    assert.throws(
      () => decode(fields),
      (error) => error instanceof GatewayError && error.code === 'cannot_translate' && error.param === param,
      JSON.stringify(fields),
    );
  }
  assert.doesNotThrow(() => decode({ suffix: null, echo: false, best_of: 1, logprobs: null }));
});

test('what the API itself would refuse is refused with its field', () => {
  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ prompt: null }, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: { text: 'P' } }, 'prompt'],
    [{ echo: 'yes' }, 'echo'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ stream_options: {} }, 'stream_options'],
  ];
  for (const [fields, param] of rows) {
    assert.throws(
      () => decode(fields),
      (error) => error instanceof GatewayError && error.code === 'invalid_request' && error.param === param,
      JSON.stringify(fields),
    );
  }
});

test('instructions and one message are a prompt, and come back as one', () => {
  const request: CanonicalRequest = {
    ...decode({ temperature: 0, stop: ['X'], user: 'u', max_tokens: 5 }),
    stream: true,
    turns: [
      { role: 'system', parts: [{ type: 'text', text: 'S' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'U1' },
          { type: 'text', text: 'U2' },
        ],
      },
    ],
  };
  const { path, body, dropped } = encodeRequest(request, TARGET);
  assert.deepEqual([path, [...dropped]], ['/completions', []]);
  assert.deepEqual(body, {
    model: 'up',
    prompt: 'S\n\nU1\n\nU2',
    max_tokens: 5,
    temperature: 0,
    stop: ['X'],
    user: 'u',
    stream: true,
    stream_options: { include_usage: true },
  });
  assert.deepEqual(decodeRequest(body, { model: 'm', stream: true }).turns, [{ role: 'user', parts: [{ type: 'text', text: 'S\n\nU1\n\nU2' }] }]);
});

test('everything but a prompt is foretold as lost, and a conversation is refused', () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://x', mediaType: null }, detail: null } as const;
  const request: CanonicalRequest = {
    ...decode({}),
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'U' }, image] }],
    topK: 1,
    reasoning: { isOn: true, effort: 'low', budgetTokens: null, display: null },
  };
  const { body, dropped } = encodeRequest(request, TARGET);
  assert.equal(body['prompt'], 'U');
  assert.deepEqual([...dropped].toSorted(), ['image-urls', 'images', 'thinking', 'thinking-level', 'top-k']);
  assert.ok(dropped.isSubsetOf(fingerprint(request).difference(carries(TARGET))));
  const [turn] = request.turns;
  assert.ok(turn !== undefined);
  const turns = [turn, { role: 'assistant', parts: [{ type: 'text', text: 'A' }] }, turn] as const;
  assert.throws(
    () => encodeRequest({ ...request, turns }, TARGET),
    (error) => error instanceof GatewayError && error.code === 'cannot_translate',
  );
});

test('a whole answer comes back as it went out, with its text and nothing of its thoughts', () => {
  const usage = { ...NO_USAGE, input: 4, cacheRead: 6, output: 3, reasoning: 1, provenance: 'measured' } as const;
  const choice = { index: 0, parts: [{ type: 'text', text: 'A' }], stop: 'length', stopSequence: null, logprobs: null } as const;
  const response = { id: 'cmpl-1', model: 'public', createdAt: 7, choices: [choice], usage };
  const body = JSON.parse(encodeResponse(response, context()));
  assert.deepEqual([body.object, body.choices], ['text_completion', [{ text: 'A', index: 0, logprobs: null, finish_reason: 'length' }]]);
  assert.deepEqual([body.usage.prompt_tokens, body.usage.total_tokens], [10, 13]);
  assert.deepEqual(decodeResponse(body), response);
  const thoughtful = { ...choice, parts: [{ type: 'thinking', text: 'hm', state: null }, ...choice.parts] } as const;
  assert.equal(JSON.parse(encodeResponse({ ...response, choices: [thoughtful] }, context())).choices[0].text, 'A');
  assert.equal(decodeResponse({}).choices.length, 1);
});

const EVENTS: readonly CanonicalEvent[] = [
  { type: 'start', id: 'cmpl-1', model: 'public', createdAt: 7 },
  { type: 'text', choice: 0, text: 'Hel' },
  { type: 'text', choice: 0, text: 'lo "you"' },
  { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
  { type: 'usage', usage: { ...NO_USAGE, input: 5, output: 2, provenance: 'measured' } },
  { type: 'end' },
];

function stream(events: readonly CanonicalEvent[], fields: Record<string, unknown> = {}): string {
  const encoder = createEventEncoder(context(fields, true));
  return events.map((event) => encoder.encode(event)).join('');
}

test('a stream comes back as it went out; its usage chunk comes last and only when asked for', () => {
  const text = stream(EVENTS, { stream_options: { include_usage: true } });
  const decoder = createEventDecoder();
  const read: CanonicalEvent[] = [];
  readSseEvents(Buffer.from(text), (name, data) => {
    if (data.toString() !== '[DONE]') decoder.decode(name, JSON.parse(data.toString()), read);
  });
  assert.ok(decoder.close(read));
  assert.deepEqual(read, EVENTS);
  assert.ok(text.endsWith('data: [DONE]\n\n'));
  assert.ok(!stream(EVENTS).includes('usage'));
});

test('an upstream stream without its end, or with an error, is no answer', () => {
  const events: CanonicalEvent[] = [];
  const open = createEventDecoder();
  open.decode('', { id: 'x', choices: [{ index: 0, text: 'A', finish_reason: null }] }, events);
  assert.equal(open.close(events), false);
  open.decode('', { error: { message: 'no', code: 500 } }, events);
  open.decode('', { choices: [{ index: 0, text: '', finish_reason: 'stop' }] }, events);
  assert.deepEqual([events.at(-1)?.type, open.close(events)], ['error', false]);
});

test('the official client reads the stream', async () => {
  const client = new OpenAI({
    apiKey: 'x',
    baseURL: 'http://localhost',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(stream(EVENTS), { headers: { 'content-type': 'text/event-stream' } })),
  });
  let text = '';
  for await (const chunk of await client.completions.create({ model: 'm', prompt: 'P', stream: true })) text += chunk.choices[0]?.text ?? '';
  assert.equal(text, 'Hello "you"');
});
