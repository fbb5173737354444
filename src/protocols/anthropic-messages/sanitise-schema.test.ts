import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sanitiseSchema } from './sanitise-schema.ts';

test('keywords that the API knows stay, and objects are closed', () => {
  const schema = {
    type: 'object',
    description: 'root',
    properties: {
      a: { type: 'string', format: 'date-time', enum: ['x'] },
      b: { type: 'array', items: { type: 'object', properties: {} } },
      c: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/d' }] },
      e: { type: ['object', 'null'], properties: {}, additionalProperties: false },
    },
    required: ['a'],
    $defs: { d: { type: 'integer', const: 1 } },
  };
  assert.deepEqual(sanitiseSchema(schema), {
    isReduced: false,
    schema: {
      ...schema,
      properties: { ...schema.properties, b: { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } } },
      additionalProperties: false,
    },
  });
});

test('bounds that the API does not know are words in the description', () => {
  const { schema, isReduced } = sanitiseSchema({
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 9, multipleOf: 2, description: 'count' },
      s: { type: 'string', minLength: 1, maxLength: 3, pattern: '^x', format: 'regex' },
      l: { type: 'array', minItems: 1, maxItems: 2, uniqueItems: true, prefixItems: [{}] },
      m: { type: 'object', additionalProperties: { type: 'string' } },
      x: { not: { type: 'string' } },
    },
  });
  assert.equal(isReduced, true);
  assert.deepEqual(schema['properties'], {
    n: { type: 'integer', description: 'count\n\n{minimum: 1, maximum: 9, multipleOf: 2}' },
    s: { type: 'string', description: '{minLength: 1, maxLength: 3, pattern: "^x", format: "regex"}' },
    l: { type: 'array', description: '{minItems: 1, maxItems: 2, uniqueItems: true, prefixItems: [{}]}' },
    m: { type: 'object', additionalProperties: false, description: '{additionalProperties: {"type":"string"}}' },
    x: { description: '{not: {"type":"string"}}' },
  });
});

test('oneOf is written as anyOf, which says nothing less', () => {
  const { schema, isReduced } = sanitiseSchema({ oneOf: [{ type: 'string' }, { type: 'object', properties: {} }] });
  assert.deepEqual([schema, isReduced], [{ anyOf: [{ type: 'string' }, { type: 'object', properties: {}, additionalProperties: false }] }, false]);
  assert.equal(sanitiseSchema({ oneOf: [], anyOf: [] }).isReduced, true);
});

test('words about the schema itself go without a trace', () => {
  assert.deepEqual(sanitiseSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'x', type: 'string' }), {
    schema: { type: 'string' },
    isReduced: false,
  });
});

test('references that lead nowhere or in circles are the API’s to judge', () => {
  const schema = { $ref: '#/$defs/node', $defs: { node: { type: 'array', items: { $ref: '#/$defs/node' } } } };
  assert.deepEqual(sanitiseSchema(schema), { schema, isReduced: false });
});

test('a property may be called like a keyword or a prototype', () => {
  const properties = JSON.parse('{"minimum":{"type":"string"},"__proto__":{"type":"string"}}') as Record<string, unknown>;
  const { schema, isReduced } = sanitiseSchema({ type: 'object', properties });
  assert.equal(isReduced, false);
  assert.deepEqual(Object.keys(schema['properties'] as object), ['minimum', '__proto__']);
});

test('a schema that is nested without end does not stop the gateway', () => {
  let schema: Record<string, unknown> = { type: 'string' };
  for (let i = 0; i < 20_000; i += 1) schema = { type: 'array', items: schema };
  assert.equal(sanitiseSchema(schema).isReduced, false);
});
