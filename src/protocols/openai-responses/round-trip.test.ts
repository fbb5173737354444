import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { CanonicalRequest, CanonicalTool, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../domain/model-traits.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { encodeResponseRequest } from './encode-request.ts';

const user = (...parts: readonly CanonicalPart[]): CanonicalTurn => ({ role: 'user', parts });
const said = (...parts: readonly CanonicalPart[]): CanonicalTurn => ({ role: 'assistant', parts });
const call = (id: string): CanonicalPart => ({ type: 'tool-call', id, name: 'f', kind: 'function', input: '{"a":1}' });
const result = (callId: string): CanonicalPart => ({
  type: 'tool-result',
  callId,
  name: 'f',
  kind: 'function',
  isError: false,
  content: [{ type: 'text', text: 'ok' }],
});

const PLAIN: CanonicalRequest = { ...decodeResponseRequest({ input: 'Hi' }, { model: 'm', stream: false }), source: 'openai-chat' };
const TOOL: CanonicalTool = {
  kind: 'function',
  name: 'f',
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
  grammar: null,
};

const words = fc.string({ minLength: 1, maxLength: 8 });
const textPart = words.map((each): CanonicalPart => ({ type: 'text', text: each }));
const imagePart = fc.record({
  type: fc.constant('image' as const),
  source: fc.record({ type: fc.constant('base64' as const), mediaType: fc.constant('image/png'), data: fc.base64String({ minLength: 4 }) }),
  detail: fc.constantFrom('low' as const, 'auto' as const),
});
const thoughtPart = fc.record({
  type: fc.constant('thinking' as const),
  text: words,
  state: fc.record({
    family: fc.constant('openai' as const),
    form: fc.constant('sealed' as const),
    data: fc.stringMatching(/^gA{1,9}$/),
    itemId: fc.constant('rs_1'),
  }),
});
const userTurn = fc.array(fc.oneof(textPart, imagePart), { minLength: 1, maxLength: 3 }).map((parts): CanonicalTurn => user(...parts));
const saidTurns = fc
  .tuple(fc.option(thoughtPart), fc.array(textPart, { minLength: 1, maxLength: 2 }), fc.nat(2))
  .map(([thought, texts, calls]): CanonicalTurn[] => {
    const ids = Array.from({ length: calls }, (_, index) => `call_${index}`);
    const turn = said(...(thought === null ? [] : [thought]), ...texts, ...ids.map(call));
    return calls === 0 ? [turn] : [turn, { role: 'tool', parts: ids.map((id) => result(id)) }];
  });

test('what is written is read as the same request', () => {
  const conversation = fc.tuple(fc.option(textPart), fc.array(fc.tuple(userTurn, saidTurns), { maxLength: 3 }), userTurn);
  fc.assert(
    fc.property(
      conversation,
      fc.record({ temperature: fc.option(fc.constantFrom(0, 0.5, 2)), stream: fc.boolean(), verbosity: fc.option(fc.constant('low' as const)) }),
      ([system, rounds, last], settings) => {
        const turns = [
          ...(system === null ? [] : [{ role: 'system' as const, parts: [system] }]),
          ...rounds.flatMap(([asked, answered]) => [asked, ...answered]),
          last,
        ];
        const request = { ...PLAIN, ...settings, turns, tools: [{ ...TOOL, strict: false }] };
        const { body, dropped } = encodeResponseRequest(request, { model: 'm', traits: UNKNOWN_MODEL_TRAITS });
        const again = decodeResponseRequest(JSON.parse(JSON.stringify(body)), { model: 'm', stream: body['stream'] === true });
        assert.deepEqual({ ...again, source: 'openai-chat' }, JSON.parse(JSON.stringify(request)));
        assert.equal(dropped.size, 0);
      },
    ),
    { numRuns: 60 },
  );
});
