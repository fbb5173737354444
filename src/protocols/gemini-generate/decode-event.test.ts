import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { GenerateEventDecoder } from './decode-event.ts';

interface Decoded {
  readonly events: readonly CanonicalEvent[];
  readonly isComplete: boolean;
}

function decode(...frames: Record<string, unknown>[]): Decoded {
  const decoder = new GenerateEventDecoder({ requestId: 'req-1' });
  const events: CanonicalEvent[] = [];
  for (const frame of frames) decoder.decode('', frame, events);
  assert.equal(decoder.isFinal, false);
  return { isComplete: decoder.close(events), events };
}

const frame = (parts: readonly object[], rest: object = {}, whole: object = {}): Record<string, unknown> => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
  responseId: 'r1',
  modelVersion: 'gemini-x',
  ...whole,
});
const stop = { finishReason: 'STOP' };
const START: CanonicalEvent = { type: 'start', id: 'r1', model: 'gemini-x', createdAt: null };
const state = (data: string): { family: 'gemini'; form: 'signature'; data: string } => ({ family: 'gemini', form: 'signature', data });
const withoutUsage = (events: readonly CanonicalEvent[]): CanonicalEvent[] => events.filter(({ type }) => type !== 'usage');

test('text, an empty last text with its signature, and an end that only the end of the stream tells', () => {
  const { events, isComplete } = decode(frame([{ text: 'Hel' }]), frame([{ text: 'lo' }]), frame([{ text: '', thoughtSignature: 'AA==' }], stop));
  assert.equal(isComplete, true);
  assert.deepEqual(events, [
    START,
    { type: 'text', choice: 0, text: 'Hel' },
    { type: 'text', choice: 0, text: 'lo' },
    { type: 'text-state', choice: 0, state: state('AA==') },
    { type: 'finish', choice: 0, stop: 'end', stopSequence: null },
    { type: 'end' },
  ]);
});

test('usage is a running total: each one replaces the one before, and thoughts are output', () => {
  const usage = (candidatesTokenCount: number): object => ({ usageMetadata: { promptTokenCount: 9, candidatesTokenCount, thoughtsTokenCount: 100 } });
  const { events } = decode(frame([{ text: 'a' }], {}, usage(1)), frame([{ text: 'b' }], stop, usage(8)));
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'usage' ? [[event.usage.input, event.usage.output, event.usage.reasoning]] : [])),
    [
      [9, 101, 100],
      [9, 108, 100],
    ],
  );
});

test('calls come whole and each gets its end; STOP after calls is a stop for tools', () => {
  const { events } = decode(
    frame([{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'AA==' }, { functionCall: { name: 'g', id: 'own' } }]),
    frame([{ text: '' }], stop),
  );
  assert.deepEqual(events, [
    START,
    { type: 'call-start', choice: 0, call: 0, id: 'call_r1_1', name: 'f', kind: 'function', state: state('AA==') },
    { type: 'call-input', choice: 0, call: 0, text: '{"a":1}' },
    { type: 'call-end', choice: 0, call: 0 },
    { type: 'call-start', choice: 0, call: 1, id: 'own', name: 'g', kind: 'function' },
    { type: 'call-input', choice: 0, call: 1, text: '{}' },
    { type: 'call-end', choice: 0, call: 1 },
    { type: 'finish', choice: 0, stop: 'tool-calls', stopSequence: null },
    { type: 'end' },
  ]);
});

test('thoughts end where something else begins, or with their signature', () => {
  const kinds = (...frames: Record<string, unknown>[]): string[] =>
    decode(...frames)
      .events.slice(1, -2)
      .map(({ type }) => type);
  assert.deepEqual(kinds(frame([{ text: 'a', thought: true }]), frame([{ text: 'b', thought: true }, { text: 'A' }], stop)), [
    'thinking',
    'thinking',
    'thinking-end',
    'text',
  ]);
  assert.deepEqual(kinds(frame([{ text: 'a', thought: true, thoughtSignature: 'AA==' }, { text: 'A' }], stop)), [
    'thinking',
    'thinking-state',
    'text',
  ]);
  assert.deepEqual(kinds(frame([{ text: 'a', thought: true }]), frame([{ text: '', thoughtSignature: 'AA==' }], stop)), [
    'thinking',
    'thinking-state',
  ]);
  assert.deepEqual(kinds(frame([{ text: 'a', thought: true }, { functionCall: { name: 'f' } }], stop)), [
    'thinking',
    'thinking-end',
    'call-start',
    'call-input',
    'call-end',
  ]);
  assert.deepEqual(kinds(frame([{ text: 'a', thought: true }], { finishReason: 'MAX_TOKENS' })), ['thinking', 'thinking-end']);
  assert.deepEqual(kinds(frame([{ text: '', thoughtSignature: 'AA==' }], stop)), ['thinking-state']);
});

test('STOP on every frame, as some models write it, does not end the answer early', () => {
  const { events } = decode(frame([{ text: 'a' }], stop), frame([{ text: 'b' }], stop), frame([{ functionCall: { name: 'f' } }], stop));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['start', 'text', 'text', 'call-start', 'call-input', 'call-end', 'finish', 'end'],
  );
  assert.deepEqual(events.at(-2), { type: 'finish', choice: 0, stop: 'tool-calls', stopSequence: null });
});

test('a stream that ends without a reason is not complete', () => {
  assert.deepEqual(decode(frame([{ text: 'a' }])).isComplete, false);
  assert.deepEqual(decode(frame([{ text: 'a' }])).events.length, 2);
  assert.equal(decode().isComplete, false);
  assert.equal(decode({ usageMetadata: { promptTokenCount: 3 } }).isComplete, false);
});

test('a blocked prompt is one blocked answer, also when the answer was on its way', () => {
  const blocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 3 } };
  const finish = { type: 'finish', choice: 0, stop: 'blocked', stopSequence: null };
  const whole = decode(blocked);
  assert.equal(whole.isComplete, true);
  assert.deepEqual(withoutUsage(whole.events).slice(1), [finish, { type: 'end' }]);
  const late = decode(frame([{ text: 'a' }]), blocked);
  assert.deepEqual([late.isComplete, withoutUsage(late.events).slice(2)], [true, [finish, { type: 'end' }]]);
});

test('candidates without content finish with their reason', () => {
  const { events } = decode({ candidates: [{ finishReason: 'SAFETY' }] });
  assert.deepEqual(events, [
    { type: 'start', id: '', model: '', createdAt: null },
    { type: 'finish', choice: 0, stop: 'blocked', stopSequence: null },
    { type: 'end' },
  ]);
});

test('an error inside of the stream is the last event', () => {
  const { events, isComplete } = decode(
    frame([{ text: 'a' }]),
    { error: { code: 503, message: 'full', status: 'UNAVAILABLE' } },
    frame([{ text: 'b' }], stop),
  );
  assert.equal(isComplete, false);
  assert.deepEqual(events.slice(2), [{ type: 'error', error: { status: 503, kind: 'overloaded', code: '', message: 'full' } }]);
});

test('several candidates interleave and finish each', () => {
  const { events } = decode(
    {
      candidates: [
        { index: 0, content: { parts: [{ text: 'a' }] } },
        { index: 1, content: { parts: [{ text: 'b' }] }, finishReason: 'SAFETY' },
      ],
    },
    frame([], stop),
  );
  assert.deepEqual(
    events.flatMap((event) => ('choice' in event ? [[event.type, event.choice]] : [])),
    [
      ['text', 0],
      ['text', 1],
      ['finish', 0],
      ['finish', 1],
    ],
  );
});

test('sources are told once, at their places in the whole text; probabilities as they come', () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
    groundingSupports: [{ segment: { startIndex: 2, endIndex: 3 }, groundingChunkIndices: [0] }],
  };
  const logprobsResult = { chosenCandidates: [{ token: 'b', logProbability: -1 }] };
  const { events } = decode(
    frame([{ text: 'é' }]),
    frame([{ text: 'b' }], { groundingMetadata, logprobsResult }),
    frame([], { groundingMetadata, ...stop }),
  );
  assert.deepEqual(
    events.filter(({ type }) => type === 'citation'),
    [{ type: 'citation', choice: 0, citation: { url: 'https://a.test', title: 'A', start: 1, end: 2 } }],
  );
  assert.equal(events.filter(({ type }) => type === 'logprobs').length, 1);
});
