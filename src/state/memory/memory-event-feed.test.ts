import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayEvent, ToldEvent } from '../../ports/event-feed.ts';
import { MemoryEventFeed } from './memory-event-feed.ts';

const RING = 1000;

function alert(message: string): GatewayEvent {
  return { type: 'alert', about: 'other', isOver: false, message };
}

/** A feed whose timers go off when the test says so. */
function startFeed(): { readonly feed: MemoryEventFeed; readonly timers: (() => void)[]; readonly listen: (id?: string) => Listening } {
  const timers: (() => void)[] = [];
  const setTimer = (callback: () => void): { cancel(): void } => {
    timers.push(callback);
    return { cancel: () => timers.splice(timers.indexOf(callback), 1) };
  };
  const feed = new MemoryEventFeed({ nowMs: () => 5, setTimer }, 'p1');
  return { feed, timers, listen: (id) => new Listening(feed, id ?? null) };
}

class Listening {
  readonly stop = new AbortController();
  readonly #events: AsyncIterator<ToldEvent>;

  constructor(feed: MemoryEventFeed, id: string | null) {
    this.#events = feed.subscribe(id, this.stop.signal)[Symbol.asyncIterator]();
  }

  async next(): Promise<ToldEvent> {
    const { value, done } = await this.#events.next();
    return done === true ? assert.fail('the events are over') : value;
  }

  async said(): Promise<string> {
    const { event } = await this.next();
    return event.type === 'alert' ? event.message : event.type === 'gap' ? `gap ${event.missed}` : event.type;
  }

  async isOver(): Promise<boolean> {
    return (await this.#events.next()).done === true;
  }
}

test('tells each listener what is published from then on, in order', async () => {
  const { feed, listen } = startFeed();
  feed.publish(alert('before'));
  const [a, b] = [listen(), listen()];
  const waiting = a.said();
  feed.publish(alert('one'));
  feed.publish(alert('two'));
  assert.deepEqual([await waiting, await a.said()], ['one', 'two']);
  const told = await b.next();
  assert.deepEqual({ atMs: told.atMs, event: told.event }, { atMs: 5, event: alert('one') });
});

test('goes on behind the last event that a listener names', async () => {
  const { feed, listen } = startFeed();
  const first = listen();
  for (const message of ['one', 'two', 'three']) feed.publish(alert(message));
  const { id } = await first.next();
  first.stop.abort();
  feed.publish(alert('four'));
  const again = listen(id);
  assert.deepEqual([await again.said(), await again.said(), await again.said()], ['two', 'three', 'four']);
});

test('tells a gap to a listener that names an id of another process, of the future or none', async () => {
  const { feed, listen } = startFeed();
  listen();
  for (const id of ['p0-1', 'p1-99', 'p1--1', 'p1-', '', 'nonsense']) {
    const lost = listen(id);
    feed.publish(alert('next'));
    assert.deepEqual([await lost.said(), await lost.said()], ['gap null', 'next'], id);
  }
});

test('tells a slow listener how many it missed, and keeps only the latest thousand', async () => {
  const { feed, listen } = startFeed();
  const slow = listen();
  for (let number = 1; number <= RING + 20; number += 1) feed.publish(alert(String(number)));
  const gap = await slow.next();
  assert.deepEqual(gap.event, { type: 'gap', missed: 20 });
  assert.equal(await slow.said(), '21');
  const resumed = listen(gap.id);
  assert.equal(await resumed.said(), '21', 'the id of a gap can be resumed from');
});

test('is heard while somebody listens and for a minute after', () => {
  const { feed, timers, listen } = startFeed();
  assert.equal(feed.isHeard, false);
  const [a, b] = [listen(), listen()];
  a.stop.abort();
  assert.deepEqual([feed.isHeard, timers.length], [true, 0]);
  b.stop.abort();
  assert.deepEqual([feed.isHeard, timers.length], [true, 1]);
  listen().stop.abort();
  assert.equal(timers.length, 1, 'who comes back begins the minute anew');
  timers[0]?.();
  assert.equal(feed.isHeard, false);
});

test('tells a gap to a listener that comes back after nobody listened', async () => {
  const { feed, timers, listen } = startFeed();
  const first = listen();
  feed.publish(alert('one'));
  const { id } = await first.next();
  first.stop.abort();
  timers[0]?.();
  const again = listen(id);
  feed.publish(alert('two'));
  assert.deepEqual([await again.said(), await again.said()], ['gap null', 'two']);
});

test('ends with its signal, also while it waits', async () => {
  const { feed, listen } = startFeed();
  const waiting = listen();
  const over = waiting.isOver();
  waiting.stop.abort();
  assert.equal(await over, true);
  assert.equal(await waiting.isOver(), true);
  const stopped = new AbortController();
  stopped.abort();
  for await (const told of feed.subscribe(null, stopped.signal)) assert.fail(told.id);
});
