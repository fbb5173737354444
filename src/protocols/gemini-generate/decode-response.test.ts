import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalChoice, CanonicalResponse } from '../../domain/canonical/canonical-response.ts';
import { decodeGenerateResponse } from './decode-response.ts';

const decode = (body: Record<string, unknown>): CanonicalResponse => decodeGenerateResponse(body, { requestId: 'req-1' });

function choiceOf(candidate: Record<string, unknown>, rest: Record<string, unknown> = {}): CanonicalChoice {
  const [choice] = decode({ candidates: [candidate], ...rest }).choices;
  assert.ok(choice !== undefined);
  return choice;
}
const saying = (...parts: object[]): CanonicalChoice => choiceOf({ content: { role: 'model', parts }, finishReason: 'STOP' });

test('an answer is read with its id, model, time and usage; thoughts count as output', () => {
  const found = decode({
    responseId: 'r1',
    modelVersion: 'gemini-x-001',
    createTime: '2026-11-20T00:00:00.5Z',
    candidates: [{ content: { parts: [{ text: 'Hi' }, { text: ' you' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 10, cachedContentTokenCount: 4, toolUsePromptTokenCount: 2, candidatesTokenCount: 5, thoughtsTokenCount: 7 },
  });
  assert.deepEqual([found.id, found.model, found.createdAt], ['r1', 'gemini-x-001', 1_795_132_800]);
  assert.deepEqual(found.choices, [{ index: 0, parts: [{ type: 'text', text: 'Hi you' }], stop: 'end', stopSequence: null, logprobs: null }]);
  assert.deepEqual([found.usage?.input, found.usage?.cacheRead, found.usage?.output, found.usage?.reasoning], [8, 4, 12, 7]);
});

test('a blocked prompt, which has no candidates, is one blocked answer', () => {
  for (const body of [{ promptFeedback: { blockReason: 'SAFETY' } }, { candidates: [] }, {}]) {
    const { choices, usage } = decode(body);
    assert.deepEqual(choices, [{ index: 0, parts: [], stop: 'blocked', stopSequence: null, logprobs: null }]);
    assert.equal(usage, null);
  }
});

test('candidates without content or parts do not break anything', () => {
  for (const content of [undefined, null, {}, { role: 'model' }, { parts: null }])
    assert.deepEqual(choiceOf({ content, finishReason: 'MAX_TOKENS' }), { index: 0, parts: [], stop: 'length', stopSequence: null, logprobs: null });
});

test('every reason to finish has a meaning, and unknown ones are an end', () => {
  const stops = {
    end: [
      'STOP',
      'OTHER',
      'LANGUAGE',
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
      'MALFORMED_RESPONSE',
      'NO_IMAGE',
      'NEW',
    ],
    length: ['MAX_TOKENS', 'CONTINUATION'],
    blocked: ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'],
  };
  for (const [stop, reasons] of Object.entries(stops))
    for (const finishReason of reasons) assert.equal(choiceOf({ finishReason }).stop, stop, finishReason);
  assert.equal(choiceOf({}).stop, 'end');
});

test('STOP with calls is a stop for tools', () => {
  const choice = saying({ functionCall: { name: 'f', args: { a: [1] } } });
  assert.equal(choice.stop, 'tool-calls');
  assert.equal(choiceOf({ content: { parts: [{ functionCall: { name: 'f' } }] }, finishReason: 'MAX_TOKENS' }).stop, 'length');
});

test('calls without ids get ids that are legal everywhere and unique over the conversation', () => {
  const parts = [{ functionCall: { name: 'f' } }, { functionCall: { name: 'f', id: 'own' } }, { functionCall: { name: 'g', args: { a: 1 } } }];
  const idsOf = (responseId?: string): unknown[] =>
    choiceOf({ content: { parts } }, { responseId }).parts.map((part) => part.type === 'tool-call' && [part.id, part.input]);
  assert.deepEqual(idsOf('abc-D_1'), [
    ['call_abc-D_1_1', '{}'],
    ['own', '{}'],
    ['call_abc-D_1_3', '{"a":1}'],
  ]);
  assert.deepEqual(idsOf(), [
    ['call_req-1_1', '{}'],
    ['own', '{}'],
    ['call_req-1_3', '{"a":1}'],
  ]);
  for (const found of idsOf('a/b.c='.repeat(20))) assert.match((found as string[])[0] ?? '', /^[a-zA-Z0-9_-]{1,64}$/);
});

test('thoughts are no text, and signatures stay where they are', () => {
  const state = (data: string): object => ({ family: 'gemini', form: 'signature', data });
  assert.deepEqual(
    saying({ text: 'let me', thought: true }, { text: ' see', thought: true }, { text: 'Yes' }, { text: '', thoughtSignature: 'AA==' }).parts,
    [
      { type: 'thinking', text: 'let me see', state: null },
      { type: 'text', text: 'Yes', state: state('AA==') },
    ],
  );
  assert.deepEqual(saying({ functionCall: { name: 'f' }, thoughtSignature: 'BB==' }, { functionCall: { name: 'g' } }, { text: '' }).parts, [
    { type: 'tool-call', kind: 'function', id: 'call_req-1_1', name: 'f', input: '{}', state: state('BB==') },
    { type: 'tool-call', kind: 'function', id: 'call_req-1_2', name: 'g', input: '{}' },
  ]);
  assert.deepEqual(saying({ text: '', thoughtSignature: 'CC==' }).parts, [{ type: 'thinking', text: '', state: state('CC==') }]);
});

test('sources of the text become citations; their places are told in bytes', () => {
  const candidate = {
    content: { parts: [{ text: 'thought', thought: true }, { text: 'Grüße aus Köln' }] },
    finishReason: 'STOP',
    groundingMetadata: {
      groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }, { web: { uri: 'https://b.test' } }, { unknown: {} }],
      groundingSupports: [{ segment: { startIndex: 12, endIndex: 17 }, groundingChunkIndices: [0, 9] }],
    },
    citationMetadata: { citationSources: [{ startIndex: 0, endIndex: 7, uri: 'https://c.test' }, { endIndex: 3 }] },
  };
  const text = choiceOf(candidate).parts[1];
  assert.deepEqual(text?.type === 'text' && text.citations, [
    { url: 'https://a.test', title: 'A', start: 10, end: 14 },
    { url: 'https://b.test', title: null, start: null, end: null },
    { url: 'https://c.test', title: null, start: 0, end: 5 },
  ]);
});

test('probabilities come in the form of OpenAI chat', () => {
  const { logprobs } = choiceOf({
    content: { parts: [{ text: 'é' }] },
    logprobsResult: {
      chosenCandidates: [{ token: 'é', tokenId: 5, logProbability: -0.5 }],
      topCandidates: [{ candidates: [{ token: 'é', logProbability: -0.5 }, { token: 'e' }] }],
    },
  });
  assert.deepEqual(logprobs, {
    content: [
      {
        token: 'é',
        logprob: -0.5,
        bytes: [195, 169],
        top_logprobs: [
          { token: 'é', logprob: -0.5, bytes: [195, 169] },
          { token: 'e', logprob: 0, bytes: [101] },
        ],
      },
    ],
    refusal: null,
  });
});

test('several candidates are several choices', () => {
  const { choices } = decode({
    candidates: [{ index: 1, content: { parts: [{ text: 'b' }] } }, { content: { parts: [{ text: 'c' }] } }].toReversed(),
  });
  assert.deepEqual(
    choices.map(({ index }) => index),
    [0, 1],
  );
});
