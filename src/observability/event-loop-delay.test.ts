import assert from 'node:assert/strict';
import { createHistogram } from 'node:perf_hooks';
import { test } from 'node:test';
import { watchEventLoopDelay, type DelayHistogram } from './event-loop-delay.ts';

const MS = 1_000_000;

/** A histogram that is fed by hand. */
function histogramOf(switched: string[] = []) {
  const histogram = createHistogram();
  const note = (word: string) => (): boolean => switched.push(word) > 0;
  const fed: DelayHistogram = {
    get count() {
      return histogram.count;
    },
    get max() {
      return histogram.max;
    },
    percentile: (share) => histogram.percentile(share),
    reset: () => histogram.reset(),
    enable: note('on'),
    disable: note('off'),
  };
  return { fed, feed: (ms: number) => histogram.record(ms * MS) };
}

test('tells delays without the resolution of the samples, and begins anew after each look', () => {
  const { fed, feed } = histogramOf();
  const watch = watchEventLoopDelay(fed);
  for (let count = 0; count < 97; count += 1) feed(9);
  for (const ms of [110, 110, 310]) feed(ms);
  const delay = watch.take();
  assert.equal(delay['0.5'], 0);
  assert.equal(delay['0.9'], 0);
  // The histogram keeps three digits.
  assert.equal(Math.round(delay['0.99']), 100);
  assert.equal(Math.round(delay.max), 300);
  feed(60);
  assert.equal(Math.round(watch.take().max), 50);
});

test('tells 0 while nothing was sampled', () => {
  const watch = watchEventLoopDelay(histogramOf().fed);
  assert.deepEqual(watch.take(), { '0.5': 0, '0.9': 0, '0.99': 0, max: 0 });
});

test('samples from the start to the stop', () => {
  const switched: string[] = [];
  const watch = watchEventLoopDelay(histogramOf(switched).fed);
  assert.deepEqual(switched, ['on']);
  watch.stop();
  assert.deepEqual(switched, ['on', 'off']);
});
