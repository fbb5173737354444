import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CanonicalRequest, CanonicalTool, CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Feature } from '../../domain/canonical/feature.ts';
import { fingerprint } from '../../domain/canonical/fingerprint.ts';
import { UNKNOWN_MODEL_TRAITS, type ModelTraits } from '../../domain/model-traits.ts';
import { carriesOfResponses } from './carries.ts';
import { decodeResponseRequest } from './decode-request.ts';
import { encodeResponseRequest } from './encode-request.ts';

const PLAIN = decodeResponseRequest({ input: 'Hi' }, { model: 'm', stream: false });
const TOOL: CanonicalTool = {
  kind: 'function',
  name: 'f',
  description: null,
  parameters: { type: 'object', properties: {} },
  strict: null,
  grammar: null,
};

/** Encodes, and holds the rule that everything lost was foretold. */
function write(
  request: Partial<CanonicalRequest>,
  traits: Partial<ModelTraits> = {},
): { readonly body: Readonly<Record<string, unknown>>; readonly dropped: readonly Feature[] } {
  const whole = { ...PLAIN, ...request };
  const target = { model: 'gpt-x', traits: { ...UNKNOWN_MODEL_TRAITS, ...traits } };
  const { body, dropped } = encodeResponseRequest(whole, target);
  assert.ok(dropped.isSubsetOf(fingerprint(whole).difference(carriesOfResponses(target))), [...dropped].join());
  return { body: JSON.parse(JSON.stringify(body)), dropped: [...dropped] };
}

test('a tool without a word on strict is said not to be strict', () => {
  const custom: CanonicalTool = {
    kind: 'custom',
    name: 'p',
    description: 'P',
    parameters: null,
    strict: null,
    grammar: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } },
  };
  const { body } = write({ tools: [TOOL, { ...TOOL, name: 'g', strict: true, description: 'G', cacheMark: true }, custom] });
  assert.deepEqual(body['tools'], [
    { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
    {
      type: 'function',
      name: 'g',
      description: 'G',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      strict: true,
    },
    { type: 'custom', name: 'p', description: 'P', format: { type: 'grammar', syntax: 'regex', definition: 'a+' } },
  ]);
});

test('a tool is strict only where its schema would be taken as strict, and the loss is told', () => {
  const open = { type: 'object', properties: { a: { type: 'string' } } };
  const { body, dropped } = write({ tools: [{ ...TOOL, parameters: open, strict: true }] });
  assert.deepEqual([body['tools'], dropped], [[{ type: 'function', name: 'f', parameters: open, strict: false }], ['strict-tools']]);
});

test('a tool has one legal name in its definition, in the choice of it and in the history', () => {
  const turns: readonly CanonicalTurn[] = [
    { role: 'user', parts: [{ type: 'text', text: 'go' }] },
    { role: 'assistant', parts: [{ type: 'tool-call', id: 'c', name: 'a.b', kind: 'function', input: '{}' }] },
    { role: 'tool', parts: [{ type: 'tool-result', callId: 'c', name: 'a.b', kind: 'function', isError: false, content: [] }] },
  ];
  const { body } = write({ turns, tools: [{ ...TOOL, name: 'a.b' }], toolChoice: { type: 'named', name: 'a.b' } });
  const [tool] = body['tools'] as { name: string }[];
  assert.match(tool?.name ?? '', /^[a-zA-Z0-9_-]{1,64}$/u);
  assert.deepEqual(body['tool_choice'], { type: 'function', name: tool?.name });
  assert.equal((body['input'] as { name?: string }[])[1]?.name, tool?.name);
});

test('tool_choice is flat, and a model that cannot be forced is asked', () => {
  const choose = (toolChoice: CanonicalRequest['toolChoice'], traits: Partial<ModelTraits> = {}): unknown =>
    write({ tools: [TOOL], toolChoice }, traits).body['tool_choice'];
  assert.equal(choose({ type: 'required' }), 'required');
  assert.deepEqual(choose({ type: 'named', name: 'f' }), { type: 'function', name: 'f' });
  assert.deepEqual(choose({ type: 'allowed', isRequired: true, names: ['f'] }), {
    type: 'allowed_tools',
    mode: 'required',
    tools: [{ type: 'function', name: 'f' }],
  });
  assert.equal(choose({ type: 'named', name: 'f' }, { forcedTool: false }), 'auto');
  assert.deepEqual(write({ tools: [TOOL], toolChoice: { type: 'required' } }, { forcedTool: false }).dropped, ['forced-tool']);
  assert.equal(write({ toolChoice: { type: 'auto' } }).body['tool_choice'], undefined, 'without tools there is nothing to choose');
});
