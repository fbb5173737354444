import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyCollector, type Collected } from './collect-body.ts';

function collect(most: number, feed: (collector: BodyCollector) => void): Collected[] {
  const found: Collected[] = [];
  feed(new BodyCollector(most, (collected) => void found.push(collected)));
  return found;
}

test('gathers a body from its pieces', () => {
  for (const pieces of [[], ['abc'], ['a', 'b', 'c']]) {
    const [found, ...more] = collect(10, (collector) => {
      for (const piece of pieces) collector.onData(Buffer.from(piece));
      collector.onEnd();
    });
    assert.equal(found?.kind === 'whole' ? found.body.toString() : null, pieces.join(''));
    assert.equal(more.length, 0);
  }
});

test('a body of exactly the limit is held, one byte more is too large at once', () => {
  assert.equal(
    collect(3, (collector) => {
      collector.onData(Buffer.from('abc'));
      collector.onEnd();
    })[0]?.kind,
    'whole',
  );
  const found = collect(3, (collector) => {
    collector.onData(Buffer.from('ab'));
    collector.onData(Buffer.from('cd'));
    collector.onData(Buffer.from('ef'));
    collector.onEnd();
    collector.onBreak(new Error('late'));
  });
  assert.deepEqual(found, [{ kind: 'too-large' }]);
});

test('a body that breaks off is told with its error', () => {
  const error = new Error('reset');
  assert.deepEqual(
    collect(10, (collector) => {
      collector.onData(Buffer.from('ab'));
      collector.onBreak(error);
      collector.onEnd();
    }),
    [{ kind: 'broken', error }],
  );
});
