import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editMembers } from './edit-members.ts';

function edit(text: string, remove: readonly string[], add: Readonly<Record<string, unknown>> = {}): string {
  return editMembers(Buffer.from(text), remove, add).toString();
}

test('takes members out wherever they stand, and leaves every other member byte for byte', () => {
  assert.equal(edit('{"model":"m","n":1.0}', ['model']), '{"n":1.0}');
  assert.equal(edit('{ "n" : 1.0 , "model" : "m" }', ['model']), '{ "n" : 1.0}');
  assert.equal(edit('{"n":12345678901234567890,"stream":true,"model":{"a":[1,2]}}', ['model', 'stream']), '{"n":12345678901234567890}');
  assert.equal(edit('{"model":"m","stream":false}', ['model', 'stream']), '{}');
  assert.equal(edit('{"a":{"model":"inner"}}', ['model']), '{"a":{"model":"inner"}}');
});

test('adds members behind the rest, in the place of those that the client wrote', () => {
  assert.equal(edit('{}', [], { v: 'x' }), '{"v":"x"}');
  assert.equal(edit('{"v":"old","a":1}\n', [], { v: 'x' }), '{"a":1,"v":"x"}\n');
  assert.equal(edit('{"a":{}}', ['b'], { v: ['x'] }), '{"a":{},"v":["x"]}');
});

test('a name that stands twice or is spelled with escapes is taken out whole', () => {
  assert.equal(edit('{"model":1,"a":2,"model":3}', ['model']), '{"a":2}');
  assert.equal(edit('{"m\\u006fdel":1,"a":2}', ['model'], { v: 1 }), '{"a":2,"v":1}');
});

test('what is no object stays as it is', () => {
  for (const text of ['[1]', '"x"', '']) assert.equal(edit(text, ['model'], { v: 1 }), text);
});

test('does what a parser would do', () => {
  const names = fc.constantFrom('model', 'stream', 'a', 'b', 'c,}"', '\\');
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue(), { noNullPrototype: true }), fc.nat(3), (body, indent) => {
      const { model: _, stream: __, ...kept } = body;
      const text = JSON.stringify(body, null, indent);
      assert.deepEqual(JSON.parse(edit(text, ['model', 'stream'], { v: 1 })), { ...JSON.parse(JSON.stringify(kept)), v: 1 });
    }),
    { numRuns: 300 },
  );
});
