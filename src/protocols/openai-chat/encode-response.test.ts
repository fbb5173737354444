import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { unwrapState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { AnswerContext } from '../translation.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';

const MESSAGES = [{ role: 'user', content: 'U' }];

function encode(parts: readonly CanonicalPart[], choice: Partial<CanonicalChoice> = {}, response: Partial<CanonicalResponse> = {}, fields = {}) {
  const request = decodeRequest({ messages: MESSAGES, ...fields }, { model: 'm', stream: false });
  const context: AnswerContext = { requestId: '0190-x', publicModel: 'public', now: 9, request, framing: 'sse' };
  const choices = [{ index: 0, parts, stop: 'end', stopSequence: null, logprobs: null, ...choice } as const];
  return JSON.parse(encodeResponse({ id: 'msg_1', model: 'up', createdAt: null, choices, usage: null, ...response }, context));
}

const messageOf = (parts: readonly CanonicalPart[], choice: Partial<CanonicalChoice> = {}) => encode(parts, choice).choices[0].message;

test('an answer has every member that the official client expects', () => {
  const usage = { ...NO_USAGE, input: 10, cacheRead: 60, cacheWrite: 30, output: 20, reasoning: 12 };
  assert.deepEqual(encode([{ type: 'text', text: 'A' }], {}, { usage }), {
    id: 'chatcmpl-msg_1',
    object: 'chat.completion',
    created: 9,
    model: 'public',
    choices: [{ index: 0, message: { role: 'assistant', content: 'A', refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 12, audio_tokens: 0 },
    },
  });
});

test('ids have the form of chat, figures that nobody told are left out', () => {
  assert.equal(encode([], {}, { id: 'chatcmpl-1' }).id, 'chatcmpl-1');
  assert.equal(encode([], {}, { id: '' }).id, 'chatcmpl-0190-x');
  assert.equal('usage' in encode([]), false);
});

test('texts are joined, calls leave the content null, an empty answer is an empty string', () => {
  const call: CanonicalPart = { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{}' };
  assert.equal(messageOf([{ type: 'text', text: 'A' }, call, { type: 'text', text: 'B' }]).content, 'AB');
  assert.equal(messageOf([call], { stop: 'tool-calls' }).content, null);
  assert.equal(messageOf([]).content, '');
});

test('calls of both kinds are told, and calls mean tool_calls', () => {
  const { choices } = encode([
    { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{"a":1}', state: { family: 'gemini', form: 'signature', data: 'c2ln' } },
    { type: 'tool-call', id: 'b', name: 'c', kind: 'custom', input: 'ls' },
  ]);
  assert.equal(choices[0].finish_reason, 'tool_calls');
  assert.deepEqual(choices[0].message.tool_calls, [
    { id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' }, extra_content: { google: { thought_signature: 'c2ln' } } },
    { id: 'b', type: 'custom', custom: { name: 'c', input: 'ls' } },
  ]);
});

test('clients of the deprecated functions get function_call', () => {
  const call: CanonicalPart = { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{}' };
  const [choice] = encode([call], { stop: 'tool-calls' }, {}, { functions: [{ name: 'f' }] }).choices;
  assert.deepEqual(
    [choice.finish_reason, choice.message.function_call, choice.message.tool_calls],
    ['function_call', { name: 'f', arguments: '{}' }, undefined],
  );
});

test('stop reasons are told in words of chat only', () => {
  const stops = ['end', 'stop-sequence', 'pause', 'tool-calls', 'length', 'refusal', 'blocked'] as const;
  assert.deepEqual(
    stops.map((stop) => encode([{ type: 'text', text: 'A' }], { stop }).choices[0].finish_reason),
    ['stop', 'stop', 'stop', 'stop', 'length', 'content_filter', 'content_filter'],
  );
});

test('a refusal is told as one, and one without words gets some', () => {
  assert.deepEqual(messageOf([{ type: 'refusal', text: 'No.' }], { stop: 'refusal' }), { role: 'assistant', content: null, refusal: 'No.' });
  assert.equal(typeof messageOf([], { stop: 'refusal' }).refusal, 'string');
  assert.equal(messageOf([{ type: 'text', text: 'A' }], { stop: 'refusal' }).refusal, null);
});

test('thoughts stand beside the text, each state wrapped with the thought that it proves', () => {
  const message = messageOf([
    { type: 'thinking', text: 'one', state: { family: 'anthropic', form: 'signature', data: 'sig' } },
    { type: 'thinking', text: '', state: { family: 'anthropic', form: 'sealed', data: 'redacted' } },
    { type: 'thinking', text: 'two', state: null },
    { type: 'text', text: 'A', state: { family: 'gemini', form: 'signature', data: 'dGV4dA==' } },
  ]);
  assert.deepEqual([message.content, message.reasoning_content], ['A', 'one\n\ntwo']);
  assert.deepEqual(
    message.reasoning_details.map(({ data, ...rest }: { data: string }) => ({ ...rest, state: unwrapState(data) })),
    [
      { type: 'reasoning.encrypted', format: 'headgate-1', index: 0, state: { family: 'anthropic', form: 'signature', data: 'sig', text: 'one' } },
      { type: 'reasoning.encrypted', format: 'headgate-1', index: 1, state: { family: 'anthropic', form: 'sealed', data: 'redacted' } },
      { type: 'reasoning.encrypted', format: 'headgate-1', index: 2, state: { family: 'gemini', form: 'signature', data: 'dGV4dA==' } },
    ],
  );
});

test('sources are nested, with places in the whole text', () => {
  const message = messageOf([
    { type: 'text', text: 'ab' },
    {
      type: 'text',
      text: 'cde',
      citations: [
        { url: 'https://x', title: 'T', start: 1, end: 2 },
        { url: 'https://y', title: null, start: null, end: null },
      ],
    },
  ]);
  assert.deepEqual(message.annotations, [
    { type: 'url_citation', url_citation: { url: 'https://x', title: 'T', start_index: 3, end_index: 4 } },
    { type: 'url_citation', url_citation: { url: 'https://y', title: 'https://y', start_index: 2, end_index: 5 } },
  ]);
});
