import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import { unwrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { AnswerContext } from '../translation.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { GenerateEventEncoder } from './encode-event.ts';

const ASKED = decodeGenerateRequest({ contents: [{ parts: [{ text: 'hi' }] }] }, { model: 'm', stream: true });
const CONTEXT: AnswerContext = { requestId: 'req-1', publicModel: 'public', now: 5, request: ASKED, framing: 'sse' };
const SHOWN: AnswerContext = { ...CONTEXT, request: { ...ASKED, reasoning: { isOn: true, effort: null, budgetTokens: null, display: 'shown' } } };
const SIGNED: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig' };
const START: CanonicalEvent = { type: 'start', id: 'up-1', model: 'upstream', createdAt: null };
const END: readonly CanonicalEvent[] = [{ type: 'finish', choice: 0, stop: 'end', stopSequence: null }, { type: 'end' }];

interface Frame {
  readonly candidates: { content: { parts: Record<string, unknown>[]; role: string }; finishReason?: string; index: number }[];
  readonly usageMetadata?: object;
  readonly modelVersion: string;
  readonly responseId: string;
}

function encode(events: readonly CanonicalEvent[], context = CONTEXT): string {
  const encoder = new GenerateEventEncoder(context);
  return events.map((event) => encoder.encode(event)).join('');
}

/** Frames as Google's SDK cuts them: each begins with `data:` and is one line. */
function framesOf(events: readonly CanonicalEvent[], context = CONTEXT): Frame[] {
  const text = encode(events, context);
  assert.ok(text.endsWith('\r\n\r\n'));
  return text
    .split('\r\n\r\n')
    .slice(0, -1)
    .map((frame) => {
      assert.match(frame, /^data: \{[^\r\n]*\}$/);
      return JSON.parse(frame.slice(6)) as Frame;
    });
}
const partsOf = (frames: readonly Frame[]): Record<string, unknown>[] =>
  frames.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts));
const inside = (signature: unknown): unknown => unwrapState(Buffer.from(String(signature), 'base64').toString());

test('each piece of text is a whole answer, and the last frame has the reason and the usage, which came late', () => {
  const frames = framesOf([
    START,
    { type: 'text', choice: 0, text: 'Hi\n\n' },
    END[0]!,
    { type: 'usage', usage: { ...NO_USAGE, input: 3, output: 4, reasoning: 1 } },
    END[1]!,
  ]);
  assert.deepEqual(frames, [
    { candidates: [{ content: { parts: [{ text: 'Hi\n\n' }], role: 'model' }, index: 0 }], modelVersion: 'upstream', responseId: 'up-1' },
    {
      candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 3, totalTokenCount: 7, thoughtsTokenCount: 1 },
      modelVersion: 'upstream',
      responseId: 'up-1',
    },
  ]);
});

test('there is no [DONE], no event line and no null; figures that nobody told are 0', () => {
  const text = encode([{ type: 'start', id: '', model: '', createdAt: null }, { type: 'text', choice: 0, text: 'x' }, ...END]);
  assert.ok(!/\[DONE\]|event:|null/.test(text));
  assert.match(text, /"modelVersion":"public","responseId":"req-1"/);
  assert.match(text, /"usageMetadata":\{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0\}/);
});

test('interleaved arguments are gathered, and calls are sent whole in the order in which they began', () => {
  const call = (n: number): CanonicalEvent => ({ type: 'call-start', choice: 0, call: n, id: `c${n}`, name: `f${n}`, kind: 'function' });
  const input = (n: number, text: string): CanonicalEvent => ({ type: 'call-input', choice: 0, call: n, text });
  const end = (n: number): CanonicalEvent => ({ type: 'call-end', choice: 0, call: n });
  const frames = framesOf([START, call(0), input(0, '{"a"'), call(1), input(1, '{"b":2}'), input(0, ':1}'), end(1), call(2), end(2), end(0), ...END]);
  assert.deepEqual(partsOf(frames), [
    { functionCall: { id: 'c0', name: 'f0', args: { a: 1 } }, thoughtSignature: 'skip_thought_signature_validator' },
    { functionCall: { id: 'c1', name: 'f1', args: { b: 2 } } },
    { functionCall: { id: 'c2', name: 'f2', args: {} } },
    { text: '' },
  ]);
});

test('a custom tool’s text is its one argument', () => {
  const events: CanonicalEvent[] = [
    { type: 'call-start', choice: 0, call: 0, id: 'c', name: 'f', kind: 'custom' },
    { type: 'call-input', choice: 0, call: 0, text: '{"a":1}' },
    { type: 'call-end', choice: 0, call: 0 },
  ];
  assert.deepEqual(partsOf(framesOf([START, ...events, ...END]))[0]?.['functionCall'], { id: 'c', name: 'f', args: { input: '{"a":1}' } });
});

test('thoughts stream to clients that asked, and their state follows with the whole text', () => {
  const thoughts: CanonicalEvent[] = [
    { type: 'thinking', choice: 0, text: 'a' },
    { type: 'thinking', choice: 0, text: 'b' },
    { type: 'thinking-state', choice: 0, state: SIGNED },
    { type: 'thinking', choice: 0, text: 'c' },
    { type: 'thinking-end', choice: 0 },
  ];
  const parts = partsOf(framesOf([START, ...thoughts, { type: 'text', choice: 0, text: 'A' }, ...END], SHOWN));
  assert.deepEqual(
    parts.map(({ text, thought }) => [text, thought]),
    [
      ['a', true],
      ['b', true],
      ['', true],
      ['c', true],
      ['A', undefined],
      ['', undefined],
    ],
  );
  assert.deepEqual(inside(parts[2]?.['thoughtSignature']), { ...SIGNED, text: 'ab' });
});

test('to others the state waits for the next visible part, or for the end', () => {
  const thought: CanonicalEvent[] = [
    { type: 'thinking', choice: 0, text: 'ab' },
    { type: 'thinking-state', choice: 0, state: SIGNED },
  ];
  const before = partsOf(framesOf([START, ...thought, { type: 'text', choice: 0, text: 'A' }, { type: 'text', choice: 0, text: 'B' }, ...END]));
  assert.deepEqual(
    before.map(({ text, thought: isThought, thoughtSignature }) => [text, isThought, thoughtSignature !== undefined]),
    [
      ['A', undefined, true],
      ['B', undefined, false],
      ['', undefined, false],
    ],
  );
  assert.deepEqual(inside(before[0]?.['thoughtSignature']), { ...SIGNED, text: 'ab' });
  const atEnd = partsOf(framesOf([START, ...thought, ...thought, ...END]));
  assert.deepEqual(
    atEnd.map(({ text, thought: isThought, thoughtSignature }) => [text, isThought, inside(thoughtSignature)]),
    [
      ['', true, { ...SIGNED, text: 'ab' }],
      ['', undefined, { ...SIGNED, text: 'ab' }],
    ],
  );
});

test('without alt=sse the stream is one JSON array', () => {
  const context: AnswerContext = { ...CONTEXT, framing: 'array' };
  const parse = (events: readonly CanonicalEvent[]): unknown => JSON.parse(encode(events, context));
  assert.equal((parse([START, { type: 'text', choice: 0, text: 'a' }, { type: 'text', choice: 0, text: 'b' }, ...END]) as unknown[]).length, 3);
  const error: CanonicalEvent = { type: 'error', error: { status: 503, kind: 'overloaded', code: '', message: 'full' } };
  const told = { error: { code: 503, message: 'full', status: 'UNAVAILABLE' } };
  assert.deepEqual((parse([START, { type: 'text', choice: 0, text: 'a' }, error]) as unknown[])[1], told);
  assert.deepEqual(parse([error]), [told]);
});

test('an error is a frame with a numeric code, and the last one', () => {
  const error: CanonicalEvent = {
    type: 'error',
    error: { status: 429, kind: 'rate-limit', code: 'rate_limit_exceeded', message: 'slow', retryAfterSeconds: 7 },
  };
  const [frame, ...others] = framesOf([error, ...END]) as unknown as { error: { code: number; status: string; details: object[] } }[];
  assert.deepEqual([frame?.error.code, frame?.error.status, others.length], [429, 'RESOURCE_EXHAUSTED', 0]);
  assert.deepEqual(frame?.error.details[1], { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' });
});

test('refusals are text; several answers finish in one frame; sources and probabilities stand in it', () => {
  const frames = framesOf([
    START,
    { type: 'refusal', choice: 0, text: 'No' },
    { type: 'text', choice: 1, text: 'é' },
    { type: 'citation', choice: 1, citation: { url: 'https://a.test', title: null, start: 0, end: 1 } },
    { type: 'logprobs', choice: 1, logprobs: { content: [{ token: 'é', logprob: -1, top_logprobs: [] }] } },
    { type: 'finish', choice: 0, stop: 'refusal', stopSequence: null },
    { type: 'finish', choice: 1, stop: 'length', stopSequence: null },
    { type: 'end' },
  ]);
  assert.deepEqual(
    frames.at(-1)?.candidates.map(({ index, finishReason }) => [index, finishReason]),
    [
      [0, 'SAFETY'],
      [1, 'MAX_TOKENS'],
    ],
  );
  const last = frames.at(-1)?.candidates[1] as unknown as Record<string, unknown>;
  assert.deepEqual(last['groundingMetadata'], {
    groundingChunks: [{ web: { uri: 'https://a.test' } }],
    groundingSupports: [{ segment: { startIndex: 0, endIndex: 2 }, groundingChunkIndices: [0] }],
  });
  assert.deepEqual(last['logprobsResult'], { chosenCandidates: [{ token: 'é', logProbability: -1 }], topCandidates: [{ candidates: [] }] });
});
