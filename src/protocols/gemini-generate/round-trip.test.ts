import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanonicalEvent } from '../../domain/canonical/canonical-event.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { readSseEvents } from '../../lib/sse-events.ts';
import type { AnswerContext } from '../translation.ts';
import { generateCarries } from './carries.ts';
import { GenerateEventDecoder } from './decode-event.ts';
import { decodeGenerateRequest } from './decode-request.ts';
import { decodeGenerateResponse } from './decode-response.ts';
import { GenerateEventEncoder } from './encode-event.ts';
import { encodeGenerateRequest } from './encode-request.ts';
import { encodeGenerateResponse } from './encode-response.ts';

const RUNS = { numRuns: 100, seed: 7 };
const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const signature = fc.option(fc.constantFrom('AA==', 'c2ln', '+/+/'), { nil: undefined });
const args = fc.dictionary(fc.constantFrom('a', 'some_key', 'ß'), fc.oneof(words, fc.integer(), fc.constant(null)), { noNullPrototype: true });

/** A part of a model’s turn, as one wire part; a text always has a signature, so that two of them stay two. */
const modelPart = fc.oneof(
  fc.record({ text: words, thoughtSignature: fc.constant('AA==') }),
  fc.record({ text: words, thought: fc.constant(true), thoughtSignature: fc.constant('c2ln') }),
  fc.tuple(args, signature).map(([each, thoughtSignature]) => ({
    functionCall: { name: 'f', args: each },
    ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
  })),
);
const userPart = fc.oneof(
  fc.record({ text: words }),
  fc.record({ inlineData: fc.record({ mimeType: fc.constantFrom('image/png', 'audio/wav', 'application/pdf'), data: fc.constant('AA==') }) }),
  fc.record({ fileData: fc.record({ mimeType: fc.constantFrom('image/png', 'application/pdf'), fileUri: fc.webUrl() }) }),
);
const exchange = fc
  .tuple(fc.array(userPart, { minLength: 1, maxLength: 3 }), fc.array(modelPart, { minLength: 1, maxLength: 4 }))
  .map(([user, model]) => {
    const answers = model.flatMap((part) => ('functionCall' in part ? [{ functionResponse: { name: 'f', response: { output: 'done' } } }] : []));
    return [{ role: 'user', parts: user }, { role: 'model', parts: model }, ...(answers.length > 0 ? [{ role: 'user', parts: answers }] : [])];
  });
const requestBody = fc.record({
  contents: fc.array(exchange, { minLength: 1, maxLength: 3 }).map((turns) => turns.flat()),
  systemInstruction: fc.record({ parts: fc.array(fc.record({ text: words }), { minLength: 1, maxLength: 2 }) }),
  tools: fc.constant([{ functionDeclarations: [{ name: 'f', description: 'd', parametersJsonSchema: { type: 'object', properties: { a: {} } } }] }]),
  toolConfig: fc.constantFrom('AUTO', 'ANY', 'NONE').map((mode) => ({ functionCallingConfig: { mode } })),
  generationConfig: fc.record(
    {
      temperature: fc.constantFrom(0, 0.5, 2),
      topP: fc.constantFrom(0, 1),
      topK: fc.nat(40),
      maxOutputTokens: fc.integer({ min: 1, max: 9999 }),
      stopSequences: fc.array(words, { maxLength: 5 }),
      seed: fc.integer(),
      candidateCount: fc.integer({ min: 1, max: 4 }),
      thinkingConfig: fc.constantFrom<object>({ thinkingBudget: 0 }, { thinkingBudget: 2000, includeThoughts: true }, { thinkingLevel: 'LOW' }),
      responseMimeType: fc.constantFrom('application/json', 'text/plain'),
    },
    { requiredKeys: [] },
  ),
  serviceTier: fc.constantFrom('flex', 'standard', 'priority'),
});
const traits: fc.Arbitrary<ModelTraits> = fc.record({
  maxOutputTokens: fc.constantFrom(null, 8192),
  outputLimitField: fc.constant('max_tokens' as const),
  sampling: fc.constantFrom('all', 'one', 'none'),
  samplingWhileThinking: fc.boolean(),
  stops: fc.constantFrom(0, 4, 5, Number.POSITIVE_INFINITY),
  penalties: fc.boolean(),
  toolsWhileThinking: fc.boolean(),
  jsonWithTools: fc.boolean(),
  toolCallState: fc.constant(null),
  thinking: fc.constantFrom(
    null,
    UNKNOWN_MODEL_TRAITS.thinking,
    { efforts: [], takesBudget: true, isAdaptive: false, off: 'zero-budget' as const, offUpTo: null },
    { efforts: ['low' as const, 'high' as const], takesBudget: false, isAdaptive: false, off: null, offUpTo: null },
    { efforts: [], takesBudget: false, isAdaptive: true, off: 'disabled' as const, offUpTo: null },
  ),
  forcedTool: fc.boolean(),
  forcedToolWhileThinking: fc.boolean(),
  jsonSchema: fc.boolean(),
  prefill: fc.boolean(),
  midSystem: fc.boolean(),
  systemRole: fc.constant('system' as const),
  reasoningHistory: fc.constant(null),
  imageUrls: fc.boolean(),
  lacks: fc.subarray<'tools' | 'images' | 'jsonSchema' | 'thinking'>(['tools', 'images', 'jsonSchema', 'thinking']).map((each) => new Set(each)),
});

const decode = (body: JsonObject): CanonicalRequest => decodeGenerateRequest(body, { model: 'm', stream: false });

/** A model that can be told not to think. */
const SWITCHED = { efforts: ['low', 'medium', 'high'], takesBudget: true, isAdaptive: false, off: 'zero-budget', offUpTo: null } as const;

test('a request that is read and written keeps its canonical form', () => {
  fc.assert(
    fc.property(requestBody, (body) => {
      const request = decode(body);
      const { body: written, dropped } = encodeGenerateRequest(request, {
        model: 'm',
        traits: { ...UNKNOWN_MODEL_TRAITS, stops: 5, thinking: SWITCHED },
      });
      assert.deepEqual([...dropped], []);
      assert.deepEqual(decode(JSON.parse(JSON.stringify(written)) as JsonObject), request);
    }),
    RUNS,
  );
});

test('whatever the model, what is dropped was foretold, and contents alternate with an answer for each call', () => {
  fc.assert(
    fc.property(requestBody, traits, (body, of) => {
      const request = decode(body);
      const target = { model: 'm', traits: of };
      const { body: written, dropped } = encodeGenerateRequest(request, target);
      const carried = generateCarries(target);
      const asked = fingerprint(request);
      for (const feature of dropped) assert.ok(asked.has(feature) && !carried.has(feature), feature);
      const contents = written['contents'] as { role: string; parts: JsonObject[] }[];
      for (const [index, { role, parts }] of contents.entries()) {
        assert.notEqual(role, contents[index - 1]?.role);
        const calls = parts.filter((part) => 'functionCall' in part).length;
        const answers = contents[index + 1]?.parts.filter((part) => 'functionResponse' in part).length ?? 0;
        assert.equal(answers, calls);
      }
    }),
    RUNS,
  );
});

const CONTEXT: AnswerContext = {
  requestId: 'req-1',
  publicModel: 'public',
  now: 5,
  request: { ...decode({ contents: [{ parts: [{ text: 'x' }] }] }), reasoning: { isOn: true, effort: null, budgetTokens: null, display: 'shown' } },
  framing: 'sse',
};

const events = fc
  .array(
    fc.oneof(
      words.map((text) => ({ kind: 'text' as const, text })),
      words.map((text) => ({ kind: 'thought' as const, text })),
      args.map((each) => ({ kind: 'call' as const, text: JSON.stringify(each) })),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => {
    let call = -1;
    const content = pieces.flatMap(({ kind, text }): CanonicalEvent[] => {
      if (kind === 'text') return [{ type: 'text', choice: 0, text }];
      const state = { family: 'gemini', form: 'signature', data: 'AA==' } as const;
      if (kind === 'thought')
        return [
          { type: 'thinking', choice: 0, text },
          { type: 'thinking-state', choice: 0, state },
        ];
      call += 1;
      const place = { choice: 0, call };
      return [
        { type: 'call-start', ...place, id: `id_${call}`, name: 'f', kind: 'function', state },
        { type: 'call-input', ...place, text },
        { type: 'call-end', ...place },
      ];
    });
    const usage = { input: 3, cacheRead: 0, cacheWrite: 0, output: 4, reasoning: 1, audioInput: 0, audioOutput: 0, provenance: 'measured' } as const;
    return [
      { type: 'start', id: 'r1', model: 'g', createdAt: null },
      ...content,
      { type: 'usage', usage },
      { type: 'finish', choice: 0, stop: call === -1 ? 'end' : 'tool-calls', stopSequence: null },
      { type: 'end' },
    ] satisfies CanonicalEvent[];
  });

test('a stream that is written and read gives the same events', () => {
  fc.assert(
    fc.property(events, (written) => {
      const encoder = new GenerateEventEncoder(CONTEXT);
      const decoder = new GenerateEventDecoder({ requestId: 'req-1' });
      const read: CanonicalEvent[] = [];
      const bytes = Buffer.from(written.map((event) => encoder.encode(event)).join(''));
      readSseEvents(bytes, (name, data) => decoder.decode(name, JSON.parse(data.toString()) as JsonObject, read));
      assert.equal(decoder.close(read), true);
      assert.deepEqual(read, written);
    }),
    RUNS,
  );
});

test('a whole answer that is written and read is the same answer', () => {
  const answer = {
    responseId: 'r1',
    modelVersion: 'g',
    candidates: [
      {
        index: 0,
        content: {
          role: 'model',
          parts: [{ text: 'hm', thought: true, thoughtSignature: 'AA==' }, { text: 'é' }, { functionCall: { id: 'c', name: 'f', args: { a: 1 } } }],
        },
        finishReason: 'STOP',
      },
      { index: 1, content: { role: 'model', parts: [{ text: 'b' }] }, finishReason: 'MAX_TOKENS' },
    ],
    usageMetadata: { promptTokenCount: 4, cachedContentTokenCount: 1, candidatesTokenCount: 2, thoughtsTokenCount: 3, totalTokenCount: 9 },
  };
  const read = decodeGenerateResponse(answer, CONTEXT);
  assert.deepEqual(decodeGenerateResponse(JSON.parse(encodeGenerateResponse(read, CONTEXT)) as JsonObject, CONTEXT), read);
});
