import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FUZZ_RUNS } from '../../../test/support/fuzz-runs.ts';
import { redactWhole, SecretFilter } from './secret-filter.ts';

/** Secrets that overlap with themselves as well as ordinary ones. */
const secret = fc.oneof(
  fc.constantFrom('sk-secret-0123456789', 'aaaaaaaa', 'abababab', 'aabaabaab', '********', 'sk-sk-sk-sk-'),
  fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 8, maxLength: 12 }),
);
/** Bodies that hold the secret, its beginnings and its ends, in one piece and cut. */
const cutBody = secret.chain((text) =>
  fc.record({
    text: fc.constant(text),
    body: fc
      .array(
        fc.oneof(
          fc.constant(text),
          fc.nat({ max: text.length }).map((n) => text.slice(0, n)),
          fc.nat({ max: text.length }).map((n) => text.slice(n)),
          fc.string({ unit: fc.constantFrom('a', 'b', '-', 'x', '*'), maxLength: 6 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  }),
);

function filter(text: string, body: string, sizes: readonly number[]): string {
  const bytes = Buffer.from(body);
  const blanked = new SecretFilter(text);
  const out: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    out.push(blanked.push(bytes.subarray(at, at + size)));
    at += size;
  }
  out.push(blanked.flush() ?? Buffer.alloc(0));
  return Buffer.concat(out).toString();
}

test('however a body is cut, the secret never comes out, and the length stays', () => {
  fc.assert(
    fc.property(cutBody, ({ text, body, sizes }) => {
      const out = filter(text, body, sizes);
      assert.equal(out.length, body.length);
      if (text.replaceAll('*', '') !== '') assert.equal(out.includes(text), false);
      for (let at = 0; at < out.length; at += 1) assert.ok(out[at] === '*' || out[at] === body[at]);
    }),
    { numRuns: FUZZ_RUNS * 4 },
  );
});

test('a body that does not hold the secret comes out as it came, however it is cut', () => {
  fc.assert(
    fc.property(cutBody, ({ text, body, sizes }) => {
      fc.pre(!body.includes(text));
      assert.equal(filter(text, body, sizes), body);
    }),
    { numRuns: FUZZ_RUNS * 2 },
  );
});

test('only what could be the beginning of the secret is held back', () => {
  const blanked = new SecretFilter('sk-secret-0123');
  assert.equal(blanked.push(Buffer.from('hello sk-secr')).toString(), 'hello ');
  assert.equal(blanked.push(Buffer.from('ecy')).toString(), 'sk-secrecy');
  assert.equal(blanked.flush(), null);
});

test('a secret is blanked in the form in which it stands in a URL as well', () => {
  const [text, escaped] = ['k/ey+with=signs-1', 'k%2Fey%2Bwith%3Dsigns-1'];
  const body = `{"url":"/x?token=${escaped}&a=${escaped}","header":"${text}","half":"k%2Fey%2B"}`;
  for (const size of [1, 2, 5, 13, 200]) {
    const out = filter(text, body, [size]);
    assert.equal(out.length, body.length);
    assert.equal(out, body.replaceAll(escaped, '*'.repeat(escaped.length)).replaceAll(text, '*'.repeat(text.length)));
  }
  assert.equal(redactWhole(Buffer.from(body), Buffer.from(text)).toString(), body.replaceAll(escaped, '[redacted]').replaceAll(text, '[redacted]'));
});

test('the bytes of others are not changed in place', () => {
  const chunk = Buffer.from('a sk-secret-0123 z');
  assert.equal(new SecretFilter('sk-secret-0123').push(chunk).toString(), 'a ************** z');
  assert.equal(chunk.toString(), 'a sk-secret-0123 z');
});

test('keyless services have nothing to blank', () => {
  const chunk = Buffer.from('anything at all');
  for (const text of ['', 'short']) assert.equal(new SecretFilter(text).push(chunk), chunk);
});

test('in a whole text every place of the secret is replaced by a word', () => {
  assert.equal(redactWhole(Buffer.from('a SECRET-1 b SECRET-1SECRET-1'), Buffer.from('SECRET-1')).toString(), 'a [redacted] b [redacted][redacted]');
  const without = Buffer.from('nothing here');
  assert.equal(redactWhole(without, Buffer.from('SECRET-1')), without);
});
