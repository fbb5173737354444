import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { decodeMessagesRequest } from './decode-request.ts';
import { decodeMessage } from './decode-response.ts';
import { encodeMessagesRequest } from './encode-request.ts';
import { encodeMessage } from './encode-response.ts';

const TARGET = { model: 'm', traits: UNKNOWN_MODEL_TRAITS };
const WORDS = fc.string({ minLength: 1 }).filter((words) => words.trim() !== '');
const MARK = fc.boolean().map((isMarked) => (isMarked ? { cacheMark: true as const } : {}));
const TEXT = fc.tuple(WORDS, MARK).map(([text, mark]): CanonicalPart => ({ type: 'text', text, ...mark }));
const IMAGE = fc.oneof(
  fc.webUrl().map((url): CanonicalPart => ({ type: 'image', source: { type: 'url', url, mediaType: null }, detail: null })),
  fc.base64String().map((data): CanonicalPart => ({ type: 'image', source: { type: 'base64', mediaType: 'image/png', data }, detail: null })),
);
const DOCUMENT = fc
  .tuple(fc.base64String(), fc.option(WORDS))
  .map(([data, name]): CanonicalPart => ({ type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data }, name }));
const THOUGHT = fc
  .tuple(fc.string(), fc.base64String({ minLength: 4 }))
  .map(([text, data]): CanonicalPart => ({ type: 'thinking', text, state: { family: 'anthropic', form: 'signature', data } }));
const INPUT = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));

/** What a user says, what the assistant answers, and what its tools answered. */
const ROUND = fc
  .record({
    said: fc.array(fc.oneof(TEXT, IMAGE, DOCUMENT), { minLength: 1, maxLength: 3 }),
    thoughts: fc.array(THOUGHT, { maxLength: 1 }),
    answer: TEXT,
    inputs: fc.array(INPUT, { maxLength: 3 }),
    isError: fc.boolean(),
  })
  .map(({ said, thoughts, answer, inputs, isError }): CanonicalTurn[] => {
    const calls = inputs.map((input, place): CanonicalPart => ({ type: 'tool-call', id: `c${place}`, name: 'f', kind: 'function', input }));
    const results = inputs.map((_, place): CanonicalPart => ({
      type: 'tool-result',
      callId: `c${place}`,
      name: 'f',
      kind: 'function',
      isError,
      content: [{ type: 'text', text: 'ok' }],
    }));
    const turns: CanonicalTurn[] = [
      { role: 'user', parts: said },
      { role: 'assistant', parts: [...thoughts, answer, ...calls] },
    ];
    return results.length === 0 ? turns : [...turns, { role: 'tool', parts: results }];
  });

/** Ids of calls are those of one conversation: no two rounds share them. */
function withOwnIds(turns: readonly CanonicalTurn[], round: number): CanonicalTurn[] {
  return turns.map((turn) => ({
    ...turn,
    parts: turn.parts.map((part) => {
      if (part.type === 'tool-call') return { ...part, id: `${part.id}_of_${round}` };
      return part.type === 'tool-result' ? { ...part, callId: `${part.callId}_of_${round}` } : part;
    }),
  }));
}

const PLAIN = decodeMessagesRequest({ max_tokens: 50, messages: [{ role: 'user', content: 'x' }] }, { model: 'm', stream: false });

test('a request that is written and read again is the same request', () => {
  fc.assert(
    fc.property(
      fc.array(ROUND, { minLength: 1, maxLength: 3 }),
      fc.option(WORDS),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      (rounds, system, temperature) => {
        const turns: CanonicalTurn[] = [
          ...(system === null ? [] : [{ role: 'system', parts: [{ type: 'text', text: system }] } as const]),
          ...rounds.flatMap(withOwnIds),
          { role: 'user', parts: [{ type: 'text', text: 'and?' }] },
        ];
        const request: CanonicalRequest = {
          ...PLAIN,
          turns: firstMarks(turns),
          temperature,
          tools: [{ kind: 'function', name: 'f', description: 'd', parameters: { type: 'object', properties: {} }, strict: null, grammar: null }],
          toolChoice: { type: 'required' },
          parallelToolCalls: false,
          stop: ['X'],
          userId: 'u',
          stream: true,
        };
        const { body, dropped } = encodeMessagesRequest(request, TARGET);
        assert.deepEqual([...dropped], []);
        // As it goes over the wire.
        assert.deepEqual(decodeMessagesRequest(JSON.parse(JSON.stringify(body)) as typeof body, { model: 'm', stream: true }), request);
      },
    ),
    { numRuns: 100 },
  );
});

/** Leaves four marks, which is as many as the protocol takes. */
function firstMarks(turns: readonly CanonicalTurn[]): readonly CanonicalTurn[] {
  let left = 4;
  return turns.map((turn) => ({
    role: turn.role,
    parts: turn.parts.map((part) => {
      if (part.type !== 'text' || part.cacheMark !== true) return part;
      left -= 1;
      return left >= 0 ? part : { type: 'text', text: part.text };
    }),
  }));
}

test('an answer that is written and read again is the same answer', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          WORDS.map((text): CanonicalPart => ({ type: 'text', text })),
          THOUGHT,
        ),
        { maxLength: 5 },
      ),
      (parts) => {
        const choice = { index: 0, parts, stop: 'end', stopSequence: null, logprobs: null } as const;
        const context = { requestId: '0190ab', publicModel: 'm', now: 1, request: PLAIN, framing: 'sse' } as const;
        const written = encodeMessage({ id: '', model: '', createdAt: null, usage: null, choices: [choice] }, context);
        const read = decodeMessage(JSON.parse(written) as Record<string, unknown>, { requestId: 'r' });
        assert.deepEqual(read.choices, [choice]);
      },
    ),
    { numRuns: 100 },
  );
});
