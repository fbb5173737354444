import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../test/support/fuzz-runs.ts';
import { findMember, findPath, scanTopLevel, skipString, splice, type Span } from './json-bytes.ts';

const WANTED = ['model', 'stream', 'stream_options'] as const;

/**
 * Names that a scanner may trip over, and the wanted ones. V8 14.6 reads the name `\"` as `\` once it has seen an object with the name `\`,
 * so that one is left out.
 */
const name = fc.oneof(
  fc.constantFrom(...WANTED, 'mode', 'models', '', 'a', 'é', '"', 'model"', '\\"', 'ключ', 'stream '),
  fc.string({ unit: 'grapheme' }).filter((drawn) => drawn !== '\\'),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"model":"x"', '\\', '\\\\"', '}', '{"model":1}', '[', ',', '\u2028', '🙂', 'x'.repeat(60), `${'y'.repeat(40)}\\`),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  object: fc.dictionary(name, tie('any'), { maxKeys: 4, noNullPrototype: true }),
})).any;
const document = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((members) => Object.fromEntries(members) as Record<string, unknown>);
/** White space to put between all tokens, drawn once a document. */
const space = fc.constantFrom('', ' ', '\n', '\t', '\r\n  ');

function write(content: unknown, gap: string): string {
  if (Array.isArray(content)) return `[${gap}${content.map((item) => write(item, gap)).join(`${gap},${gap}`)}${gap}]`;
  if (typeof content !== 'object' || content === null) return JSON.stringify(content);
  const members = Object.entries(content).map(([key, item]) => `${JSON.stringify(key)}${gap}:${gap}${write(item, gap)}`);
  return `{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
}

function parseSpan(bytes: Buffer, span: Span): unknown {
  return JSON.parse(bytes.toString('utf8', span.start, span.end)) as unknown;
}

function depthOf(content: unknown): number {
  if (typeof content !== 'object' || content === null) return 0;
  return 1 + Math.max(0, ...Object.values(content).map(depthOf));
}

/** JSON.stringify turns -0 into 0. */
const plain = (content: unknown): unknown => JSON.parse(JSON.stringify(content)) as unknown;

test('the spans that a scan finds hold what JSON.parse finds', () => {
  fc.assert(
    fc.property(document, space, (content, gap) => {
      const bytes = Buffer.from(gap + write(content, gap) + gap);
      const scan = scanTopLevel(bytes, WANTED);
      WANTED.forEach((wanted, index) => {
        const span = scan.values[index] ?? null;
        assert.equal(span !== null, Object.hasOwn(content, wanted), wanted);
        if (span !== null) assert.deepEqual(parseSpan(bytes, span), plain(content[wanted]));
      });
      assert.equal(scan.ambiguous, null);
      assert.equal(scan.depth, depthOf(content));
      assert.equal(scan.isEmpty, Object.keys(content).length === 0);
      assert.equal(bytes[scan.insertAt - 1], 0x7b);
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('a member is found where JSON.parse finds it, and nowhere else', () => {
  fc.assert(
    fc.property(document, space, fc.constantFrom(...WANTED, 'a', 'missing'), (content, gap, wanted) => {
      const bytes = Buffer.from(`${gap}${write(content, gap)}`);
      const span = findMember(bytes, 0, bytes.length, wanted);
      assert.equal(span !== null, Object.hasOwn(content, wanted));
      if (span !== null) assert.deepEqual(parseSpan(bytes, span), plain(content[wanted]));
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('a path is followed into nested objects', () => {
  fc.assert(
    fc.property(document, document, space, (outer, inner, gap) => {
      const content = { ...outer, response: { ...inner, model: 'upstream' } };
      const bytes = Buffer.from(write(content, gap));
      const span = findPath(bytes, ['response', 'model']);
      assert.ok(span !== null);
      assert.equal(parseSpan(bytes, span), 'upstream');
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.equal(findPath(Buffer.from('{"response":"model"}'), ['response', 'model']), null);
  assert.equal(findPath(Buffer.from('{"response":[{"model":1}]}'), ['response', 'model']), null);
});

test('a splice changes one value and keeps every other byte', () => {
  fc.assert(
    fc.property(document, value, space, (content, replacement, gap) => {
      const bytes = Buffer.from(write({ ...content, model: 'before' }, gap));
      const span = scanTopLevel(bytes, WANTED).values[0];
      assert.ok(span);
      const changed = splice(bytes, span, JSON.stringify(replacement));
      assert.deepEqual(JSON.parse(changed.toString()), plain({ ...content, model: replacement }));
      assert.deepEqual(changed.subarray(0, span.start), bytes.subarray(0, span.start));
      assert.deepEqual(changed.subarray(changed.length - (bytes.length - span.end)), bytes.subarray(span.end));
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test('something can be put behind the opening brace', () => {
  for (const written of ['{}', ' { } ', '{"a":1}', '\n{\n"a" : [ ] }']) {
    const bytes = Buffer.from(written);
    const { insertAt, isEmpty } = scanTopLevel(bytes, WANTED);
    const changed = splice(bytes, { start: insertAt, end: insertAt }, `"new":true${isEmpty ? '' : ','}`);
    assert.deepEqual(JSON.parse(changed.toString()), { new: true, ...(JSON.parse(written) as object) });
  }
});

test('a wanted member that stands there twice is ambiguous', () => {
  for (const written of ['{"model":"a","model":"b"}', '{"model":"a","x":{"y":[1]},"model":"b"}', '{"model":{},"model":{}}']) {
    assert.equal(scanTopLevel(Buffer.from(written), WANTED).ambiguous, 'model', written);
  }
});

test('a wanted member that is spelled with escapes is ambiguous', () => {
  for (const written of ['{"\\u006dodel":"a"}', '{"mod\\u0065l":"a"}', '{"model":"a","\\u006Dodel":"b"}']) {
    assert.equal(scanTopLevel(Buffer.from(written), WANTED).ambiguous, 'model', written);
  }
});

test('names inside values and names that only look alike are not ambiguous', () => {
  for (const written of [
    '{"model":"model","a":{"model":1},"b":[{"model":2}]}',
    '{"model":"x","Model":"y","model ":"z"}',
    '{"mode\\u006c2":"x","model":"y"}',
    '{"a":"\\"model\\":1,","model":"y"}',
  ]) {
    const bytes = Buffer.from(written);
    const { ambiguous, values } = scanTopLevel(bytes, WANTED);
    assert.equal(ambiguous, null, written);
    assert.deepEqual(values[0] && parseSpan(bytes, values[0]), (JSON.parse(written) as { model: unknown }).model);
  }
});

test('an array or a scalar is no object to put something into', () => {
  for (const written of ['[]', '[{"model":"a"}]', '"model"', '12', 'null', '']) {
    const scan = scanTopLevel(Buffer.from(written), WANTED);
    assert.equal(scan.insertAt, -1, written);
    assert.deepEqual(scan.values, [null, null, null], written);
  }
});

test('depth counts objects and arrays, not brackets in text', () => {
  assert.equal(scanTopLevel(Buffer.from('{"a":"[[[[{{{{"}'), WANTED).depth, 1);
  assert.equal(scanTopLevel(Buffer.from('['.repeat(5000) + ']'.repeat(5000)), WANTED).depth, 5000);
});

test('garbage ends every search within the bytes', () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', ' ', 'model', '"model"', '\\"', '1', '\u0000'), { maxLength: 60 })
      .map((pieces) => Buffer.from(pieces.join(''))),
    fc.tuple(document, fc.nat()).map(([content, cut]) => {
      const whole = Buffer.from(JSON.stringify(content));
      return whole.subarray(0, cut % (whole.length + 1));
    }),
  );
  fc.assert(
    fc.property(garbage, (raw) => {
      const bytes = Buffer.from(raw);
      const isInside = (span: Span | null): boolean => span === null || (span.start >= 0 && span.start <= span.end && span.end <= bytes.length);
      assert.ok(isInside(findMember(bytes, 0, bytes.length, 'model')));
      for (const span of scanTopLevel(bytes, WANTED).values) assert.ok(isInside(span));
      const end = skipString(bytes, 0, bytes.length);
      assert.ok(end >= 0 && end <= Math.max(1, bytes.length));
    }),
    { numRuns: FUZZ_RUNS * 3 },
  );
});

test('the time that a scan takes grows with the text, not with its square', () => {
  const scan = (size: number): number => {
    const bytes = Buffer.from(`{"a":"${'\\"'.repeat(size)}","b":${'['.repeat(size)}${']'.repeat(size)},"model":"m"}`);
    const started = performance.now();
    assert.notEqual(scanTopLevel(bytes, WANTED).values[0], null);
    assert.notEqual(findMember(bytes, 0, bytes.length, 'model'), null);
    return performance.now() - started;
  };
  scan(50_000);
  const [small, large] = [Math.max(scan(25_000), 0.2), scan(400_000)];
  assert.ok(large < small * 16 * 10, `16 times the text took ${(large / small).toFixed(0)} times as long`);
});
