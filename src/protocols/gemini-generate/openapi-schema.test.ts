import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSchemaOf } from './openapi-schema.ts';

test('types in capitals become JSON Schema’s, at any depth, and property names are left alone', () => {
  assert.deepEqual(
    jsonSchemaOf({
      type: 'OBJECT',
      properties: {
        nullable: { type: 'STRING' },
        type: { type: 'ARRAY', items: { type: 'NUMBER', format: 'float' }, minItems: '1', max_items: '5' },
        some_name: { type: 'TYPE_UNSPECIFIED', anyOf: [{ type: 'INTEGER' }, { type: 'BOOLEAN' }] },
      },
      required: ['type'],
    }),
    {
      type: 'object',
      properties: {
        nullable: { type: 'string' },
        type: { type: 'array', items: { type: 'number', format: 'float' }, minItems: 1, maxItems: 5 },
        some_name: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
      },
      required: ['type'],
    },
  );
});

test('what may be null says so in its type, its list, or as one more possibility', () => {
  assert.deepEqual(jsonSchemaOf({ type: 'STRING', nullable: true }), { type: ['string', 'null'] });
  assert.deepEqual(jsonSchemaOf({ type: 'STRING', format: 'enum', enum: ['a'], nullable: true }), { type: ['string', 'null'], enum: ['a', null] });
  assert.deepEqual(jsonSchemaOf({ anyOf: [{ type: 'STRING' }], nullable: true }), { anyOf: [{ type: 'string' }, { type: 'null' }] });
  assert.deepEqual(jsonSchemaOf({ type: 'STRING', nullable: false }), { type: 'string' });
});

test('the order of properties is the order in which they are listed', () => {
  const schema = jsonSchemaOf({ type: 'OBJECT', properties: { a: {}, b: {}, c: {} }, property_ordering: ['c', 'x', 'a'] });
  assert.deepEqual(Object.keys(schema['properties'] as object), ['c', 'a', 'b']);
  assert.equal('propertyOrdering' in schema || 'property_ordering' in schema, false);
});

test('examples, references and definitions have other names there', () => {
  assert.deepEqual(jsonSchemaOf({ defs: { n: { type: 'OBJECT', properties: { next: { ref: '#/defs/n' } } } }, ref: '#/defs/n', example: { A: 1 } }), {
    $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' } } } },
    $ref: '#/$defs/n',
    examples: [{ A: 1 }],
  });
});
