import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteRelay } from './byte-relay.ts';

class Listener {
  passed = '';
  end: { readonly how: string; readonly last: string; readonly error: Error | null } | null = null;

  onBlock(bytes: Buffer): void {
    assert.equal(this.end, null);
    this.passed += bytes.toString();
  }

  onDone(how: string, last: Buffer | null, error: Error | null): void {
    assert.equal(this.end, null, 'done once');
    this.end = { how, last: last?.toString() ?? '', error };
  }
}

test('the piece that completes an announced length is held for the caller', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1 }),
      fc.boolean(),
      (body, sizes, isAnnounced) => {
        const listener = new Listener();
        const relay = new ByteRelay(listener, 'sk-secret-0123', isAnnounced ? body.length : null);
        for (let at = 0, turn = 0; at < body.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          relay.onData(Buffer.from(body.slice(at, at + size)));
          at += size;
        }
        if (isAnnounced) {
          assert.ok(listener.passed.length < body.length, 'the client does not have the whole answer yet');
          assert.equal(listener.end?.how, 'complete');
        }
        relay.onEnd();
        assert.equal(listener.end?.how, 'complete');
        assert.equal(listener.passed + (listener.end?.last ?? ''), body);
      },
    ),
  );
});

test('a secret is blanked across pieces, in the announced length', () => {
  const listener = new Listener();
  const body = 'my key is sk-secret-0123!';
  const relay = new ByteRelay(listener, 'sk-secret-0123', body.length);
  relay.onData(Buffer.from(body.slice(0, 15)));
  relay.onData(Buffer.from(body.slice(15)));
  assert.equal(listener.passed + (listener.end?.last ?? ''), 'my key is **************!');
});

test('a body that ends with the beginning of the secret is whole', () => {
  const listener = new Listener();
  const relay = new ByteRelay(listener, 'sk-secret-0123', 9);
  relay.onData(Buffer.from('x sk-secr'));
  assert.equal(listener.passed + (listener.end?.last ?? ''), 'x sk-secr');
});

test('a body that breaks off is told as cut', () => {
  const listener = new Listener();
  const relay = new ByteRelay(listener, '', 100);
  relay.onData(Buffer.from('half'));
  const error = new Error('reset');
  relay.onBreak(error);
  relay.onEnd();
  assert.deepEqual(listener.end, { how: 'cut', last: '', error });
});

test('an empty body is complete', () => {
  const listener = new Listener();
  new ByteRelay(listener, '', null).onEnd();
  assert.equal(listener.end?.how, 'complete');
});
