import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalChoice, CanonicalResponse, StopReason } from '../../domain/canonical/canonical-response.ts';
import { unwrapState, type OpaqueState } from '../../domain/canonical/opaque-state.ts';
import { NO_USAGE } from '../../domain/usage.ts';
import type { AnswerContext } from '../translation.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { encodeGenerateResponse } from './encode-response.ts';

const ASKED = decodeGenerateRequest({ contents: [{ parts: [{ text: 'hi' }] }] }, { model: 'm', stream: false });
const HIDDEN: AnswerContext = { requestId: 'req-1', publicModel: 'public', now: 5, request: ASKED, framing: 'sse' };
const SHOWN: AnswerContext = { ...HIDDEN, request: { ...ASKED, reasoning: { isOn: true, effort: null, budgetTokens: null, display: 'shown' } } };
const SIGNED: OpaqueState = { family: 'anthropic', form: 'signature', data: 'sig' };
const SEALED: OpaqueState = { family: 'openai', form: 'sealed', data: 'enc', itemId: 'rs_1' };

const choice = (parts: readonly CanonicalPart[], stop: StopReason = 'end'): CanonicalChoice => ({
  index: 0,
  parts,
  stop,
  stopSequence: null,
  logprobs: null,
});
const answer = (rest: Partial<CanonicalResponse>): CanonicalResponse => ({
  id: 'up-1',
  model: 'upstream',
  createdAt: null,
  choices: [choice([])],
  usage: null,
  ...rest,
});

function encode(response: CanonicalResponse, context = HIDDEN): { candidates: Record<string, never>[] } & Record<string, unknown> {
  const body = encodeGenerateResponse(response, context);
  assert.ok(!body.includes('\n'));
  return JSON.parse(body) as never;
}
const partsOf = (parts: readonly CanonicalPart[], context = HIDDEN): Record<string, unknown>[] =>
  (encode(answer({ choices: [choice(parts)] }), context).candidates[0] as unknown as { content: { parts: Record<string, unknown>[] } }).content.parts;
const inside = (signature: unknown): unknown => unwrapState(Buffer.from(String(signature), 'base64').toString());

test('an answer has its parts, role, reason, usage, model and id', () => {
  const usage = { ...NO_USAGE, input: 30, cacheRead: 60, cacheWrite: 10, output: 20, reasoning: 5 };
  const call: CanonicalPart = { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{\n"a": 1}' };
  assert.deepEqual(encode(answer({ choices: [choice([{ type: 'text', text: 'Hi\n"' }, call], 'tool-calls')], usage })), {
    candidates: [
      {
        content: {
          parts: [
            { text: 'Hi\n"' },
            { functionCall: { id: 'call_1', name: 'f', args: { a: 1 } }, thoughtSignature: 'skip_thought_signature_validator' },
          ],
          role: 'model',
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 15, totalTokenCount: 120, cachedContentTokenCount: 60, thoughtsTokenCount: 5 },
    modelVersion: 'upstream',
    responseId: 'up-1',
  });
});

test('what the upstream does not tell is made: the id of the exchange, the name that the client asked for; figures are 0', () => {
  const body = encode(answer({ id: '', model: '' }));
  assert.deepEqual(
    [body['responseId'], body['modelVersion'], body['usageMetadata']],
    ['req-1', 'public', { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 }],
  );
});

test('reasons to stop are Google’s words', () => {
  const reasons = (['end', 'stop-sequence', 'tool-calls', 'pause', 'length', 'refusal', 'blocked'] as const).map(
    (stop) => (encode(answer({ choices: [choice([], stop)] })).candidates[0] as unknown as { finishReason: string }).finishReason,
  );
  assert.deepEqual(reasons, ['STOP', 'STOP', 'STOP', 'STOP', 'MAX_TOKENS', 'SAFETY', 'SAFETY']);
});

test('an empty answer has one empty text, a refusal is text', () => {
  assert.deepEqual(partsOf([]), [{ text: '' }]);
  assert.deepEqual(partsOf([{ type: 'refusal', text: 'No.' }]), [{ text: 'No.' }]);
});

test('thoughts are shown to clients that asked for them, with their state wrapped', () => {
  const parts = partsOf(
    [
      { type: 'thinking', text: 'hm', state: SIGNED },
      { type: 'thinking', text: 'ah', state: null },
      { type: 'text', text: 'A' },
    ],
    SHOWN,
  );
  assert.deepEqual(
    parts.map(({ text, thought }) => [text, thought]),
    [
      ['hm', true],
      ['ah', true],
      ['A', undefined],
    ],
  );
  assert.deepEqual(inside(parts[0]?.['thoughtSignature']), { ...SIGNED, text: 'hm' });
  assert.match(String(parts[0]?.['thoughtSignature']), /^[A-Za-z0-9+/]+=*$/);
});

test('to others the state stands on the next visible part, as Google has it, and no thought is seen', () => {
  const call: CanonicalPart = { type: 'tool-call', id: 'call_1', name: 'f', kind: 'function', input: '{}' };
  const parts = partsOf([
    { type: 'thinking', text: 'hm', state: SIGNED },
    { type: 'text', text: 'A' },
    { type: 'thinking', text: '', state: SEALED },
    call,
  ]);
  assert.deepEqual(
    parts.map(({ text, functionCall, thought }) => [text, functionCall !== undefined, thought]),
    [
      ['A', false, undefined],
      [undefined, true, undefined],
    ],
  );
  assert.deepEqual(inside(parts[0]?.['thoughtSignature']), { ...SIGNED, text: 'hm' });
  assert.deepEqual(inside(parts[1]?.['thoughtSignature']), SEALED);
});

test('two hidden states, and one at the end, are all kept', () => {
  const parts = partsOf([
    { type: 'thinking', text: '', state: SEALED },
    { type: 'thinking', text: 'hm', state: SIGNED },
    { type: 'text', text: 'A' },
    { type: 'thinking', text: '', state: SEALED },
  ]);
  assert.deepEqual(
    parts.map(({ text, thought, thoughtSignature }) => [text, thought, (inside(thoughtSignature) as OpaqueState).family]),
    [
      ['', true, 'openai'],
      ['A', undefined, 'anthropic'],
      ['', undefined, 'openai'],
    ],
  );
});

test('own signatures are written letter by letter', () => {
  const own: OpaqueState = { family: 'gemini', form: 'signature', data: 'AA+/==' };
  assert.deepEqual(
    partsOf([
      { type: 'text', text: 'A', state: own },
      { type: 'tool-call', id: '1', name: 'f', kind: 'function', input: '{}', state: own },
    ]),
    [
      { text: 'A', thoughtSignature: 'AA+/==' },
      { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'AA+/==' },
    ],
  );
});

test('citations are grounding, in bytes of the whole text; probabilities are a logprobsResult', () => {
  const citations = [
    { url: 'https://a.test', title: 'A', start: 1, end: 2 },
    { url: 'https://b.test', title: null, start: null, end: null },
    { url: 'https://a.test', title: 'A', start: 0, end: 1 },
  ];
  const parts: CanonicalPart[] = [
    { type: 'text', text: 'é' },
    { type: 'tool-call', id: '1', name: 'f', kind: 'function', input: '{}' },
    { type: 'text', text: 'ßa', citations },
  ];
  const logprobs = { content: [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'b', logprob: -2, bytes: [98] }] }] };
  const [candidate] = encode(answer({ choices: [{ ...choice(parts), logprobs }] })).candidates;
  assert.deepEqual(candidate?.['groundingMetadata'], {
    groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }, { web: { uri: 'https://b.test' } }],
    groundingSupports: [
      { segment: { startIndex: 4, endIndex: 5 }, groundingChunkIndices: [0] },
      { segment: { startIndex: 2, endIndex: 4 }, groundingChunkIndices: [0] },
    ],
  });
  assert.deepEqual(candidate?.['logprobsResult'], {
    chosenCandidates: [{ token: 'a', logProbability: -1 }],
    topCandidates: [{ candidates: [{ token: 'b', logProbability: -2 }] }],
  });
});
