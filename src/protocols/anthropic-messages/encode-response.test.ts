import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse, StopReason } from '../../domain/canonical/canonical-response.ts';
import { unwrapState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { AnswerContext } from '../translation.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { decodeMessage } from './decode-response.ts';
import { encodeMessage } from './encode-response.ts';

const CONTEXT: AnswerContext = {
  requestId: '0190-ab-cd',
  publicModel: 'public "m"',
  now: 1,
  request: decodeMessagesRequest({ max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }, { model: 'm', stream: false }),
  framing: 'sse',
};

interface Read {
  readonly content: readonly Readonly<Record<string, string>>[];
  readonly [member: string]: unknown;
}

function encode(parts: readonly CanonicalPart[], stop: StopReason = 'end', rest: Partial<CanonicalResponse & CanonicalChoice> = {}): Read {
  const choice = { index: 0, parts, stop, stopSequence: rest.stopSequence ?? null, logprobs: null };
  return JSON.parse(encodeMessage({ id: 'chatcmpl-1', model: 'up', createdAt: 1, usage: null, ...rest, choices: [choice] }, CONTEXT)) as Read;
}

test('a message has the client’s model, an id of its own form and all figures, though none are known', () => {
  assert.deepEqual(encode([{ type: 'text', text: 'hi' }]), {
    id: 'msg_0190abcd',
    type: 'message',
    role: 'assistant',
    model: 'public "m"',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    usage: { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
  });
});

test('figures of the caches stand apart from the input', () => {
  const usage = { ...NO_USAGE, input: 200, cacheRead: 800, cacheWrite: 5, output: 10, reasoning: 4 };
  assert.deepEqual(encode([], 'end', { usage })['usage'], {
    input_tokens: 200,
    cache_creation_input_tokens: 5,
    cache_read_input_tokens: 800,
    output_tokens: 10,
    output_tokens_details: { thinking_tokens: 4 },
  });
});

test('writes every stop reason; calls and refusals are told by the reason, whatever the upstream said', () => {
  const reasons = (['end', 'stop-sequence', 'length', 'tool-calls', 'refusal', 'blocked', 'pause'] as const).map(
    (stop) => encode([], stop)['stop_reason'],
  );
  assert.deepEqual(reasons, ['end_turn', 'stop_sequence', 'max_tokens', 'tool_use', 'refusal', 'refusal', 'pause_turn']);
  assert.equal(encode([{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}' }])['stop_reason'], 'tool_use');
  const refused = encode([{ type: 'refusal', text: 'no' }]);
  assert.deepEqual([refused.content, refused['stop_reason']], [[{ type: 'text', text: 'no' }], 'refusal']);
  assert.deepEqual(refused['stop_details'], { type: 'refusal', category: null, explanation: null });
  assert.equal(encode([], 'stop-sequence', { stopSequence: 'X' })['stop_sequence'], 'X');
});

test('arguments are an object, digit by digit; free text and broken JSON become its member input', () => {
  const input = (text: string, kind: 'function' | 'custom' = 'function') => {
    const raw = encodeMessage(
      {
        id: '',
        model: '',
        createdAt: null,
        usage: null,
        choices: [
          {
            index: 0,
            parts: [{ type: 'tool-call', id: 'a.b', name: 'f', kind, input: text }],
            stop: 'tool-calls',
            stopSequence: null,
            logprobs: null,
          },
        ],
      },
      CONTEXT,
    );
    return /"input":(.*?\})\}\]/.exec(raw)?.[1];
  };
  assert.equal(input('{"n":12345678901234567890}'), '{"n":12345678901234567890}');
  assert.equal(input(''), '{}');
  assert.equal(input('{"a":'), '{"input":"{\\"a\\":"}');
  assert.equal(input('free "text"', 'custom'), '{"input":"free \\"text\\""}');
});

test('ids are such as the protocol allows', () => {
  assert.match(
    encode([{ type: 'tool-call', id: 'call.1/2', name: 'f', kind: 'function', input: '{}' }]).content[0]?.['id'] ?? '',
    /^[a-zA-Z0-9_-]+$/,
  );
});

test('thoughts carry their state: the API’s own raw, others wrapped with the text that they prove', () => {
  const gemini = { family: 'gemini', form: 'signature', data: 'Z2Vt' } as const;
  const { content } = encode([
    { type: 'thinking', text: 'own', state: { family: 'anthropic', form: 'signature', data: 'sig==' } },
    { type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data: 'sealed' } },
    { type: 'thinking', text: 'summary', state: { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' } },
    { type: 'thinking', text: 'thought', state: gemini },
    { type: 'thinking', text: 'unproved', state: null },
    { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}', state: gemini },
  ]);
  assert.deepEqual(content.slice(0, 2), [
    { type: 'thinking', thinking: 'own', signature: 'sig==' },
    { type: 'redacted_thinking', data: 'sealed' },
  ]);
  const states = content.slice(2, 6).map((block) => [block['thinking'], unwrapState(block['signature'] ?? '')]);
  assert.deepEqual(states, [
    ['summary', { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' }],
    ['thought', { ...gemini, text: 'thought' }],
    ['unproved', null],
    ['', gemini],
  ]);
  assert.equal(content[6]?.['type'], 'tool_use');
});

test('what a client gives back of an answer is the answer', () => {
  const parts: CanonicalPart[] = [
    { type: 'thinking', text: 'thought', state: { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' } },
    { type: 'thinking', text: 'unproved', state: null },
    { type: 'text', text: 'so', state: { family: 'gemini', form: 'signature', data: 'dGV4dA' } },
    { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{"a":1}', state: { family: 'gemini', form: 'signature', data: 'Y2FsbA' } },
  ];
  const messages = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: encode(parts).content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'ok' }] },
  ];
  assert.deepEqual(decodeMessagesRequest({ max_tokens: 9, messages }, { model: 'm', stream: false }).turns[1]?.parts, parts);
});

test('sources of the text are citations that a client can read', () => {
  const citation = { url: 'https://x.test', title: 'X', start: 0, end: 2 };
  const message = encode([{ type: 'text', text: 'so it is', citations: [citation] }]);
  assert.deepEqual(message.content, [
    {
      type: 'text',
      text: 'so it is',
      citations: [{ type: 'web_search_result_location', url: 'https://x.test', title: 'X', cited_text: 'so', encrypted_index: '~hg-state.' }],
    },
  ]);
  assert.deepEqual(decodeMessage(message, { requestId: 'r' }).choices[0]?.parts, [
    { type: 'text', text: 'so it is', citations: [{ ...citation, start: null, end: null }] },
  ]);
});
