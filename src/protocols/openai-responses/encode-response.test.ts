import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalResponse, StopReason } from '../../domain/canonical/canonical-response.ts';
import { unwrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeResponse } from './encode-response.ts';

type Json = Record<string, unknown>;

const REQUEST = {
  input: [
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ],
  tools: [
    { type: 'function', name: 'f', strict: true },
    { type: 'custom', name: 'patch' },
  ],
  tool_choice: {
    type: 'allowed_tools',
    mode: 'auto',
    tools: [
      { type: 'function', name: 'f' },
      { type: 'custom', name: 'patch' },
    ],
  },
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'high' },
  temperature: 0,
};
const CONTEXT = {
  requestId: '0190-ab',
  publicModel: 'public',
  now: 1_760_000_000,
  request: decodeResponseRequest(REQUEST, { model: 'm', stream: false }),
  framing: 'sse' as const,
};

function write(parts: readonly CanonicalPart[], stop: StopReason = 'end', more: Partial<CanonicalResponse> = {}): Json {
  const response: CanonicalResponse = {
    id: 'up',
    model: 'up',
    createdAt: null,
    choices: [{ index: 0, parts, stop, stopSequence: null, logprobs: null }],
    usage: null,
    ...more,
  };
  return JSON.parse(encodeResponse(response, CONTEXT)) as Json;
}

const itemsOf = (body: Json): Json[] => body['output'] as Json[];

test('a whole answer is a response with one message for the texts that stand together', () => {
  const body = write(
    [
      { type: 'text', text: 'a', citations: [{ url: 'https://e.com', title: 'E', start: 1, end: 2 }] },
      { type: 'text', text: 'b' },
    ],
    'end',
    {
      usage: { ...NO_USAGE, input: 1, cacheRead: 2, output: 3, reasoning: 1, provenance: 'measured' },
    },
  );
  assert.deepEqual(
    [body['id'], body['object'], body['status'], body['model'], body['created_at']],
    ['resp_0190ab', 'response', 'completed', 'public', 1_760_000_000],
  );
  assert.deepEqual(body['output'], [
    {
      id: 'msg_0190ab_0',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'a',
          annotations: [{ type: 'url_citation', start_index: 1, end_index: 2, url: 'https://e.com', title: 'E' }],
          logprobs: [],
        },
        { type: 'output_text', text: 'b', annotations: [], logprobs: [] },
      ],
    },
  ]);
  assert.deepEqual(body['usage'], {
    input_tokens: 3,
    input_tokens_details: { cached_tokens: 2, cache_write_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 1 },
    total_tokens: 6,
  });
});

test('what was asked is repeated', () => {
  const body = write([]);
  assert.deepEqual(
    [body['instructions'], body['temperature'], body['store'], body['reasoning']],
    ['Be brief.', 0, false, { effort: 'low', summary: 'auto' }],
  );
  assert.deepEqual(body['tool_choice'], REQUEST.tool_choice);
  assert.deepEqual(body['text'], {
    format: { type: 'json_schema', name: 'n', description: null, schema: { type: 'object' }, strict: false },
    verbosity: 'high',
  });
  assert.equal((body['tools'] as Json[])[0]?.['strict'], true);
});

test('thoughts carry their state: own raw, foreign wrapped with the signed text, none marked', () => {
  const states: readonly (OpaqueState | null)[] = [
    { family: 'openai', form: 'sealed', data: 'gAAA', itemId: 'rs_up' },
    { family: 'anthropic', form: 'signature', data: 'sig' },
    { family: 'anthropic', form: 'sealed', data: 'redacted' },
    null,
  ];
  const items = itemsOf(write(states.map((state): CanonicalPart => ({ type: 'thinking', text: state?.form === 'sealed' ? '' : 'hm', state }))));
  assert.deepEqual(items[0], { id: 'rs_up', type: 'reasoning', summary: [], encrypted_content: 'gAAA' });
  assert.deepEqual(unwrapState(String(items[1]?.['encrypted_content'])), { ...states[1], text: 'hm' });
  assert.deepEqual(items[1]?.['summary'], [{ type: 'summary_text', text: 'hm' }]);
  assert.deepEqual(unwrapState(String(items[2]?.['encrypted_content'])), states[2]);
  assert.deepEqual([items[3]?.['id'], items[3]?.['encrypted_content']], ['rs_0190ab_3', '~hg-state.']);
});

test("calls keep the upstream's id as call_id, custom tools get their text back, and Gemini's signature stands before its call", () => {
  const state: OpaqueState = { family: 'gemini', form: 'signature', data: 'sig' };
  const call = { type: 'tool-call', id: 'toolu_1', name: 'f', kind: 'function', input: '{"a":1}' } as const;
  const items = itemsOf(
    write(
      [
        { type: 'text', text: 'x' },
        { ...call, state },
        { ...call, id: 'toolu_2', name: 'patch', input: '{"input":"*** Begin"}' },
      ],
      'tool-calls',
    ),
  );
  assert.deepEqual(
    items.map(({ type }) => type),
    ['message', 'reasoning', 'function_call', 'custom_tool_call'],
  );
  assert.deepEqual(unwrapState(String(items[1]?.['encrypted_content'])), state);
  assert.deepEqual(items[2], { id: 'fc_0190ab_2', type: 'function_call', status: 'completed', call_id: 'toolu_1', name: 'f', arguments: '{"a":1}' });
  assert.deepEqual(items[3], {
    id: 'ctc_0190ab_3',
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'toolu_2',
    name: 'patch',
    input: '*** Begin',
  });
});

test('every way to end has its status', () => {
  const refusal: CanonicalPart = { type: 'refusal', text: 'No.' };
  const rows: readonly (readonly [StopReason, readonly CanonicalPart[], string, unknown])[] = [
    ['end', [], 'completed', null],
    ['stop-sequence', [], 'completed', null],
    ['tool-calls', [], 'completed', null],
    ['pause', [], 'completed', null],
    ['length', [], 'incomplete', { reason: 'max_output_tokens' }],
    ['blocked', [], 'incomplete', { reason: 'content_filter' }],
    ['refusal', [], 'incomplete', { reason: 'content_filter' }],
    ['refusal', [refusal], 'completed', null],
  ];
  for (const [stop, parts, status, details] of rows) {
    const body = write(parts, stop);
    assert.deepEqual([body['status'], body['incomplete_details']], [status, details], stop);
  }
  assert.deepEqual((itemsOf(write([refusal], 'refusal'))[0]?.['content'] as Json[] | undefined)?.[0], { type: 'refusal', refusal: 'No.' });
});

test('without figures there are zeros, and an answer that is written is read as the same', () => {
  assert.equal((write([])['usage'] as Json)['total_tokens'], 0);
  const parts: CanonicalPart[] = [
    { type: 'thinking', text: 'hm', state: { family: 'openai', form: 'sealed', data: 'gAAA', itemId: 'rs_1' } },
    { type: 'text', text: 'a "b"\n' },
    { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}' },
  ];
  const [choice] = decodeResponse(write(parts, 'tool-calls'), { requestId: 'r' }).choices;
  assert.deepEqual(choice, { index: 0, parts, stop: 'tool-calls', stopSequence: null, logprobs: null });
});
