import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventCarry } from './event-carry.ts';

function push(carry: EventCarry, text: string): string {
  return carry.push(Buffer.from(text)).toString();
}

test('gives what is complete, and holds the rest until it is', () => {
  const carry = new EventCarry();
  assert.equal(push(carry, 'data: a\n\ndata: b'), 'data: a\n\n');
  assert.equal(carry.heldBytes, 7);
  assert.equal(push(carry, '\n'), '');
  assert.equal(push(carry, '\ndata: c\n\n'), 'data: b\n\ndata: c\n\n');
  assert.equal(carry.heldBytes, 0);
});

test('what is taken is not held any longer', () => {
  const carry = new EventCarry();
  push(carry, 'data: unfinished');
  assert.equal(carry.take().toString(), 'data: unfinished');
  assert.equal(carry.heldBytes, 0);
  assert.equal(push(carry, 'data: next\n\n'), 'data: next\n\n');
});

test('what was given stays as it was while more comes', () => {
  const carry = new EventCarry();
  const large = 'x'.repeat(20_000);
  const given = carry.push(Buffer.from(`data: ${large}\n\ndata: ${large}`));
  const copy = Buffer.from(given);
  for (let turn = 0; turn < 50; turn += 1) push(carry, 'y'.repeat(1000));
  assert.ok(given.equals(copy));
  assert.equal(push(carry, '\n\n'), `data: ${large}${'y'.repeat(50_000)}\n\n`);
});

test('a stream cut at any bytes gives the same bytes, in whole events', () => {
  const event = fc.oneof(
    fc.string({ maxLength: 20 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}\n\n`),
    fc.constant(`data: ${'é'.repeat(9000)}\r\n\r\n`),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 8 }), (events, sizes) => {
      const bytes = Buffer.from(events.join(''));
      const carry = new EventCarry();
      const blocks: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        blocks.push(Buffer.from(carry.push(bytes.subarray(at, at + size))));
        at += size;
      }
      assert.ok(Buffer.concat([...blocks, carry.take()]).equals(bytes));
      for (const block of blocks)
        assert.ok(block.length === 0 || /(?:\n\n|\r\n\r\n?)$/u.test(block.toString('latin1')), 'a block ends with an event');
    }),
    { numRuns: 100 },
  );
});

test('a large event that comes in small pieces is not copied anew for each of them', () => {
  const carry = new EventCarry();
  const piece = Buffer.alloc(256, 0x61);
  // Copied each time, these 8 MB would be 128 GB of copies.
  for (let turn = 0; turn < 32_768; turn += 1) carry.push(piece);
  assert.equal(carry.heldBytes, 8 * 1024 * 1024);
});
