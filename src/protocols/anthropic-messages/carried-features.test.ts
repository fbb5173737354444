import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EFFORTS, type CanonicalTurn, type ToolChoice } from '../../domain/canonical/canonical-request.ts';
import type { CanonicalPart } from '../../domain/canonical/canonical-part.ts';
import type { JsonObject } from '../../lib/json-reading.ts';
import { answered, assistant, call, encode, text, tool, user } from '../../../test/support/message-encoding.ts';

const CHOICES: readonly (ToolChoice | null)[] = [
  null,
  { type: 'auto' },
  { type: 'none' },
  { type: 'required' },
  { type: 'named', name: 'f' },
  { type: 'allowed', isRequired: true, names: ['f'] },
];
const THOUGHTS: readonly CanonicalPart[] = [
  { type: 'thinking', text: 'a', state: { family: 'anthropic', form: 'signature', data: 's' } },
  { type: 'thinking', text: 'b', state: { family: 'openai', form: 'sealed', data: 's' } },
  { type: 'thinking', text: 'c', state: null },
];
const SAID: readonly CanonicalPart[] = [
  { type: 'text', text: 'marked', cacheMark: true },
  { type: 'image', source: { type: 'url', url: 'https://x.test', mediaType: null }, detail: 'low' },
  { type: 'image', source: { type: 'file-id', id: 'f' }, detail: null },
  { type: 'document', source: { type: 'file-id', id: 'f' }, name: null },
  { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AA' } },
];

const TURNS = fc
  .record({
    said: fc.subarray([...SAID]),
    thoughts: fc.subarray([...THOUGHTS]),
    hasCall: fc.boolean(),
    ending: fc.constantFrom('user', 'tool', 'assistant', 'image'),
  })
  .map(({ said, thoughts, hasCall, ending }): CanonicalTurn[] => [
    user(text('go'), ...said),
    assistant(...thoughts, text('so'), ...(hasCall ? [call('a')] : [])),
    ...(hasCall ? [answered('a')] : []),
    ...(ending === 'assistant' && hasCall ? [assistant(text('then '))] : []),
    ...(ending === 'user' ? [user(text('and?'))] : []),
    ...(ending === 'image' ? [user({ type: 'image', source: { type: 'file-id', id: 'f' }, detail: null })] : []),
  ]);

const REQUEST = fc.record({
  turns: TURNS,
  tools: fc.subarray([tool(), tool({ name: 'g', strict: true, parameters: { type: 'object', properties: { n: { minimum: 1 } } } })]),
  toolChoice: fc.constantFrom(...CHOICES),
  parallelToolCalls: fc.constantFrom(null, false),
  maxOutputTokens: fc.constantFrom(null, 1, 5000, 200_000),
  temperature: fc.constantFrom(null, 0, 2),
  topP: fc.constantFrom(null, 0.5),
  topK: fc.constantFrom(null, 5),
  outputFormat: fc.constantFrom(null, { type: 'json-object' as const }),
  reasoning: fc.option(
    fc.record({
      isOn: fc.boolean(),
      effort: fc.constantFrom(null, ...EFFORTS),
      budgetTokens: fc.constantFrom(null, 3000, 300_000),
      display: fc.constantFrom(null, 'shown' as const),
    }),
  ),
});

const TRAITS = fc.record({
  maxOutputTokens: fc.constantFrom(null, 64_000),
  sampling: fc.constantFrom('all' as const, 'one' as const, 'none' as const),
  samplingWhileThinking: fc.boolean(),
  thinking: fc.option(
    fc.record({
      efforts: fc.subarray([...EFFORTS]),
      takesBudget: fc.boolean(),
      isAdaptive: fc.boolean(),
      off: fc.constantFrom(null, 'disabled' as const, 'between_tools' as const),
      offUpTo: fc.constantFrom(null, 'high' as const),
    }),
  ),
  forcedTool: fc.boolean(),
  forcedToolWhileThinking: fc.boolean(),
  prefill: fc.boolean(),
  midSystem: fc.boolean(),
  lacks: fc.subarray(['tools', 'images', 'thinking'] as const).map((lacking) => new Set(lacking)),
});

test('whatever is asked of whatever model, what is dropped was foretold, and the body is one that the API takes', () => {
  fc.assert(
    // `encode` itself checks what was foretold.
    fc.property(REQUEST, TRAITS, (request, traits) => {
      const { body } = encode(request, traits);
      const messages = body['messages'] as { role: string; content: unknown }[];
      assert.equal(messages[0]?.role, 'user');
      messages.forEach(({ role, content }, place) => {
        assert.notEqual(role, messages[place - 1]?.role);
        assert.notDeepEqual(content, []);
      });
      if (messages.at(-1)?.role === 'assistant') assert.ok(traits.prefill);
      const thinking = (body['thinking'] ?? {}) as JsonObject;
      if (thinking['type'] === 'enabled') {
        const budget = Number(thinking['budget_tokens']);
        assert.ok(budget >= 1024 && budget < Number(body['max_tokens']));
        if (!traits.samplingWhileThinking) assert.deepEqual([body['temperature'], body['top_p'], body['top_k']], [undefined, undefined, undefined]);
      }
      if (traits.maxOutputTokens !== null) assert.ok(Number(body['max_tokens']) <= traits.maxOutputTokens);
      if ('tool_choice' in body) assert.ok('tools' in body);
    }),
    { numRuns: 500 },
  );
});
