import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, NEW, OLD, tool } from '../../../test/support/message-encoding.ts';
import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import type { JsonObject } from '../../lib/json-reading.ts';

test('tools keep their names and schemas; free text is one member of an object', () => {
  const { body, dropped } = encode({
    tools: [
      tool({ description: 'does', parameters: { properties: { a: {} } } }),
      tool({ kind: 'custom', name: 'patch', parameters: null, grammar: { type: 'text' } }),
    ],
  });
  assert.deepEqual(dropped, ['custom-tool-grammar']);
  assert.deepEqual(body['tools'], [
    { name: 'f', description: 'does', input_schema: { type: 'object', properties: { a: {} } } },
    { name: 'patch', input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'], additionalProperties: false } },
  ]);
});

test('a tool is strict only when the API guarantees its whole schema', () => {
  const simple = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  const bounded = { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } };
  const strict = (parameters: JsonObject, traits: Partial<ModelTraits> = {}) => {
    const { body, dropped } = encode({ tools: [tool({ strict: true, parameters })] }, traits);
    return [(body['tools'] as JsonObject[])[0]?.['strict'], dropped];
  };
  assert.deepEqual(strict(simple), [true, []]);
  assert.deepEqual(strict(bounded), [undefined, ['strict-tools']]);
  assert.deepEqual(strict(simple, { jsonSchema: false }), [undefined, ['strict-tools']]);
});

test('tool choice is translated, and never sent without tools', () => {
  const choose = (request: Partial<CanonicalRequest>, traits: Partial<ModelTraits> = {}) =>
    encode({ tools: [tool(), tool({ name: 'g' })], ...request }, traits);
  const wire = (request: Partial<CanonicalRequest>) => choose(request).body['tool_choice'];
  assert.deepEqual(wire({ toolChoice: { type: 'auto' } }), { type: 'auto' });
  assert.deepEqual(wire({ toolChoice: { type: 'required' }, parallelToolCalls: false }), { type: 'any', disable_parallel_tool_use: true });
  assert.deepEqual(wire({ toolChoice: { type: 'named', name: 'g' } }), { type: 'tool', name: 'g' });
  assert.deepEqual(wire({ toolChoice: { type: 'none' }, parallelToolCalls: false }), { type: 'none' });
  assert.deepEqual(wire({ parallelToolCalls: false }), { type: 'auto', disable_parallel_tool_use: true });
  assert.equal(wire({ parallelToolCalls: true }), undefined);
  assert.equal(wire({ tools: [], toolChoice: { type: 'auto' }, parallelToolCalls: false }), undefined);
  const allowed = choose({ toolChoice: { type: 'allowed', isRequired: true, names: ['g'] } }).body;
  assert.deepEqual([(allowed['tools'] as JsonObject[]).map(({ name }) => name), allowed['tool_choice']], [['g'], { type: 'any' }]);
});

test('a model that cannot be forced is left to choose, and that is told', () => {
  const forced: Partial<CanonicalRequest> = { tools: [tool()], toolChoice: { type: 'required' } };
  const never = encode(forced, NEW);
  assert.deepEqual([never.body['tool_choice'], never.dropped], [{ type: 'auto' }, ['forced-tool']]);
  const thinking = encode({ ...forced, reasoning: { isOn: true, effort: 'low', budgetTokens: null, display: null } }, OLD);
  assert.deepEqual([thinking.body['tool_choice'], thinking.dropped], [{ type: 'auto' }, ['forced-tool']]);
  assert.deepEqual(encode(forced, OLD).body['tool_choice'], { type: 'any' });
});
