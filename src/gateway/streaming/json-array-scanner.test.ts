import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../../test/support/fuzz-runs.ts';
import { JsonArrayScanner } from './json-array-scanner.ts';

function scan(bytes: Buffer, sizes: readonly number[]): unknown[] {
  const found: unknown[] = [];
  const scanner = new JsonArrayScanner((element) => void found.push(JSON.parse(element.toString())));
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    scanner.push(bytes.subarray(at, at + size));
    at += size;
  }
  return found;
}

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('}', '{', '"', '\\', '\\"', '[{', '🙂'));
/** V8 14.6 reads the name `\"` as `\` once it has seen an object with the name `\`, so that one is left out. */
const name = text.filter((drawn) => drawn !== '\\');
const element = fc.dictionary(
  name,
  fc.oneof(text, fc.integer(), fc.dictionary(name, text, { maxKeys: 2, noNullPrototype: true }), fc.array(text, { maxLength: 3 })),
  { maxKeys: 4, noNullPrototype: true },
);

test('however an array is cut, its objects are found whole and in order', () => {
  fc.assert(
    fc.property(
      fc.array(element, { maxLength: 6 }),
      fc.constantFrom('[', '[\n'),
      fc.constantFrom(',', ',\r\n', '\n,\n'),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (elements, open, comma, sizes) => {
        const bytes = Buffer.from(`${open}${elements.map((one) => JSON.stringify(one)).join(comma)}]`);
        assert.deepEqual(scan(bytes, sizes), JSON.parse(bytes.toString()));
      },
    ),
    { numRuns: FUZZ_RUNS * 2 },
  );
});

test('garbage ends every search', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('{', '}', '"', '\\', '[', ']', ',', 'a'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (pieces, size) => {
        const scanner = new JsonArrayScanner(() => {});
        const bytes = Buffer.from(pieces.join(''));
        for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
});
