import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest, CanonicalTool } from '../../domain/canonical/canonical-request.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import { carries } from './chat-carries.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';

const PLAIN = decodeRequest({ messages: [{ role: 'user', content: 'U' }] }, { model: 'm', stream: false });
const PARAMETERS = { type: 'object', properties: {} };
const tool = (name: string, more: Partial<CanonicalTool> = {}): CanonicalTool => ({
  kind: 'function',
  name,
  description: null,
  parameters: PARAMETERS,
  strict: null,
  grammar: null,
  ...more,
});

function encode(fields: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}) {
  const target = { model: 'up', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const request = { ...PLAIN, ...fields };
  const { body, dropped } = encodeRequest(request, target);
  assert.ok(dropped.isSubsetOf(fingerprint(request).difference(carries(target))), [...dropped].join());
  return { tools: body['tools'], choice: body['tool_choice'], parallel: body['parallel_tool_calls'], dropped: [...dropped].toSorted() };
}

test('functions are nested, custom tools are native, strict is the word that was said', () => {
  const closed = { ...PARAMETERS, required: [], additionalProperties: false };
  const { tools, dropped } = encode({
    tools: [
      tool('f', { description: 'd', strict: false }),
      tool('g', { parameters: closed, strict: true }),
      tool('c', { kind: 'custom', parameters: null, grammar: { type: 'grammar' } }),
    ],
  });
  assert.deepEqual(tools, [
    { type: 'function', function: { name: 'f', description: 'd', parameters: PARAMETERS, strict: false } },
    { type: 'function', function: { name: 'g', parameters: closed, strict: true } },
    { type: 'custom', custom: { name: 'c', format: { type: 'grammar' } } },
  ]);
  assert.deepEqual(dropped, []);
});

test('strict arguments are given up where the schema would be refused as strict', () => {
  const open = { type: 'object', properties: { a: { type: 'string' } } };
  const { tools, dropped } = encode({ tools: [tool('f', { strict: true, parameters: open })] });
  assert.deepEqual([tools, dropped], [[{ type: 'function', function: { name: 'f', parameters: open } }], ['strict-tools']]);
});

test('a strict tool without parameters gets the schema that strict mode demands of it', () => {
  const closed = { type: 'object', properties: {}, required: [], additionalProperties: false };
  const { tools, dropped } = encode({ tools: [tool('f', { strict: true })] });
  assert.deepEqual([tools, dropped], [[{ type: 'function', function: { name: 'f', parameters: closed, strict: true } }], []]);
});

test('a tool has one legal name in its definition, in the choice of it and in the history', () => {
  const call = { type: 'tool-call', id: 'c', name: 'a.b', kind: 'function', input: '{}' } as const;
  const request = {
    ...PLAIN,
    tools: [tool('a.b'), tool('a_b'), tool('x'.repeat(80))],
    toolChoice: { type: 'named', name: 'a.b' },
    turns: [
      ...PLAIN.turns,
      { role: 'assistant', parts: [call] },
      { role: 'tool', parts: [{ type: 'tool-result', callId: 'c', name: 'a.b', kind: 'function', content: [], isError: false }] },
    ],
  } as const;
  const { body } = encodeRequest(request, { model: 'up', traits: UNKNOWN_MODEL_TRAITS });
  const names = (body['tools'] as { function: { name: string } }[]).map((each) => each.function.name);
  assert.equal(new Set(names).size, 3);
  for (const name of names) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/u);
  assert.equal(names[1], 'a_b');
  assert.deepEqual(body['tool_choice'], { type: 'function', function: { name: names[0] } });
  const messages = body['messages'] as { tool_calls?: { function: { name: string } }[] }[];
  assert.equal(messages[1]?.tool_calls?.[0]?.function.name, names[0]);
});

test('every choice has its form; a list of allowed tools becomes a shorter list', () => {
  const tools = [tool('f'), tool('c', { kind: 'custom', parameters: null })];
  const choose = (toolChoice: CanonicalRequest['toolChoice']) => encode({ tools, toolChoice }).choice;
  assert.deepEqual(
    [choose({ type: 'auto' }), choose({ type: 'none' }), choose({ type: 'required' }), choose(null)],
    ['auto', 'none', 'required', undefined],
  );
  assert.deepEqual(choose({ type: 'named', name: 'f' }), { type: 'function', function: { name: 'f' } });
  assert.deepEqual(choose({ type: 'named', name: 'c' }), { type: 'custom', custom: { name: 'c' } });
  const allowed = encode({ tools, toolChoice: { type: 'allowed', isRequired: true, names: ['f'] } });
  assert.deepEqual([(allowed.tools as unknown[]).length, allowed.choice], [1, 'required']);
});

test('one call at a time is said, many at a time is what servers do anyway, and neither without tools', () => {
  assert.equal(encode({ tools: [tool('f')], parallelToolCalls: false }).parallel, false);
  assert.equal(encode({ tools: [tool('f')], parallelToolCalls: true }).parallel, undefined);
  assert.deepEqual(Object.values(encode({ parallelToolCalls: null, toolChoice: { type: 'auto' } })), [undefined, undefined, undefined, []]);
});

test('a model that cannot be forced is asked, and the loss is told', () => {
  const fields = { tools: [tool('f')], toolChoice: { type: 'required' } } as const;
  assert.deepEqual(encode(fields, { forcedTool: false }), {
    tools: [{ type: 'function', function: { name: 'f', parameters: PARAMETERS } }],
    choice: 'auto',
    parallel: undefined,
    dropped: ['forced-tool'],
  });
  assert.deepEqual(encode(fields, { forcedToolWhileThinking: false }).dropped, ['forced-tool'], 'a model that can think does so unasked');
  const quiet = { ...fields, reasoning: { isOn: false, effort: null, budgetTokens: null, display: null } };
  assert.deepEqual(encode(quiet, { forcedToolWhileThinking: false }).choice, 'required');
});

test('a model without tools gets nothing of them, and all of it is told', () => {
  const grammar = tool('c', { kind: 'custom', parameters: null, grammar: {} });
  const fields = {
    tools: [tool('f', { strict: true, cacheMark: true }), grammar],
    toolChoice: { type: 'required' },
    parallelToolCalls: false,
  } as const;
  assert.deepEqual(encode(fields, { lacks: new Set(['tools'] as const) }), {
    tools: undefined,
    choice: undefined,
    parallel: undefined,
    dropped: ['cache-marks', 'custom-tool-grammar', 'forced-tool', 'parallel-off', 'strict-tools', 'tools'],
  });
});
