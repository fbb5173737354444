import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeEmptySchema, isStrictSchema } from './openai-strict-schema.ts';

const closed = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

test('a schema is strict when every object is closed and requires all it lists, at any depth', () => {
  assert.ok(isStrictSchema(closed({ a: { type: 'string' }, b: { type: 'array', items: closed({ c: { type: ['number', 'null'] } }) } })));
  assert.ok(isStrictSchema({ ...closed({ a: { $ref: '#/$defs/x' } }), $defs: { x: closed({}) } }));
  assert.ok(isStrictSchema(closed({ a: { anyOf: [{ type: 'string' }, closed({ b: {} })] } })));
});

test('one open object, one optional property or one unknown keyword is enough not to be', () => {
  const open = { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] };
  const rows: readonly unknown[] = [
    {},
    { type: 'string' },
    open,
    { ...closed({ a: { type: 'string' } }), required: [] },
    closed({ a: open }),
    closed({ a: { type: 'array', items: open } }),
    closed({ a: { anyOf: [{ type: 'string' }, open] } }),
    closed({ a: { oneOf: [{ type: 'string' }] } }),
    { ...closed({}), $defs: { x: open } },
    { ...closed({}), anyOf: [closed({})] },
    { ...closed({}), patternProperties: {} },
  ];
  for (const schema of rows) assert.equal(isStrictSchema(schema), false, JSON.stringify(schema));
});

test('a tool without parameters is closed, others stay as they are', () => {
  const closedEmpty = { type: 'object', properties: {}, required: [], additionalProperties: false };
  assert.deepEqual(closeEmptySchema({ type: 'object', properties: {} }), closedEmpty);
  assert.deepEqual(closeEmptySchema({ type: 'object' }), closedEmpty);
  for (const schema of [{ type: 'object', properties: { a: {} } }, { type: 'object', additionalProperties: true }, { type: 'string' }])
    assert.equal(closeEmptySchema(schema), schema);
});
