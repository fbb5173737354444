import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { ExchangeId } from '../../domain/ids.ts';
import type { EventFeed, GatewayEvent, ToldEvent } from '../../ports/event-feed.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import { LiveEvents } from './live-events.ts';

const ADMIN: Principal = { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' };

/** A feed that a test fills by hand, and that knows who listens. */
class HandFeed implements EventFeed {
  readonly isHeard = true;
  readonly asked: (string | null)[] = [];
  readonly #queues = new Set<{ readonly told: ToldEvent[]; wake: () => void }>();
  #last = 0;

  get listeners(): number {
    return this.#queues.size;
  }

  publish(event: GatewayEvent): void {
    this.#last += 1;
    for (const queue of this.#queues) {
      queue.told.push({ id: `p-${this.#last}`, atMs: 5, event });
      queue.wake();
    }
  }

  subscribe(lastEventId: string | null, signal: AbortSignal): AsyncIterable<ToldEvent> {
    this.asked.push(lastEventId);
    const queue = { told: [] as ToldEvent[], wake: (): void => {} };
    this.#queues.add(queue);
    signal.addEventListener('abort', () => {
      this.#queues.delete(queue);
      queue.wake();
    });
    const tell = async function* tell(): AsyncGenerator<ToldEvent> {
      while (!signal.aborted) {
        const told = queue.told.shift();
        if (told === undefined) await new Promise<void>((resolve) => (queue.wake = resolve));
        else yield told;
      }
    };
    return tell();
  }
}

function startRig(isStillAllowed: () => Promise<boolean> = () => Promise.resolve(true)) {
  const feed = new HandFeed();
  const timers = new Map<() => void, number>();
  const every = (callback: () => void, periodMs: number): { cancel(): void } => {
    timers.set(callback, periodMs);
    return { cancel: () => timers.delete(callback) };
  };
  const events = new LiveEvents({ feed, isStillAllowed, every });
  const passTime = (periodMs: number): void => {
    for (const [callback, period] of timers) if (period === periodMs) callback();
  };
  return { feed, timers, events, passTime };
}

/** What an answer is written from. */
function listen(events: LiveEvents, more: { readonly types?: string; readonly lastEventId?: string } = {}) {
  const client = new AbortController();
  const { lastEventId = null, ...types } = more;
  const texts = events.listen({ principal: ADMIN, lastEventId, signal: client.signal, ...types })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await texts.next();
    return done === true ? 'over' : value;
  };
  return { client, next };
}

function alert(message: string): GatewayEvent {
  return { type: 'alert', about: 'other', isOver: false, message };
}

const CONFIG: GatewayEvent = {
  type: 'config',
  revision: 3,
  author: null,
  summary: 'by hand',
};

test('tells each event as an id, a name and one line of JSON', async () => {
  const { feed, events } = startRig();
  const { next } = listen(events);
  assert.equal(await next(), 'retry: 3000\n: listening\n\n');
  const told = next();
  feed.publish(alert('two\nlines\u2028'));
  const text = await told;
  assert.match(text, /^id: p-1\nevent: alert\ndata: \{[^\n]*\}\n\n$/u);
  assert.deepEqual(JSON.parse(text.split('data: ')[1] ?? ''), { atMs: 5, ...alert('two\nlines\u2028') });
});

test('goes on behind the last event that the client heard', async () => {
  const { feed, events } = startRig();
  await listen(events, { lastEventId: 'p-7' }).next();
  await listen(events).next();
  assert.deepEqual(feed.asked, ['p-7', null]);
});

test('leaves out types that were not asked for, and refuses unknown ones by their path', async () => {
  const { feed, events } = startRig();
  const { next } = listen(events, { types: 'exchange, config' });
  await next();
  const told = next();
  feed.publish(alert('no'));
  feed.publish(CONFIG);
  assert.match(await told, /^id: p-2\nevent: config\n/u);
  assert.throws(
    () => listen(events, { types: 'config,everything' }),
    (error) => error instanceof OperationError && error.problems[0]?.path === 'types',
  );
});

test('writes a comment when nothing happened for a while', async () => {
  const { events, passTime } = startRig();
  const { next } = listen(events);
  await next();
  const told = next();
  passTime(15_000);
  assert.equal(await told, ':\n\n');
});

test('ends when whoever listens may no longer, and when nobody can say', async () => {
  for (const answer of [() => Promise.resolve(false), () => Promise.reject(new Error('away'))]) {
    const { feed, timers, events, passTime } = startRig(answer);
    const { next } = listen(events);
    await next();
    const told = next();
    passTime(30_000);
    assert.equal(await told, 'over');
    assert.deepEqual([feed.listeners, timers.size, events.listeners], [0, 0, 0]);
  }
});

test('goes on while whoever listens may', async () => {
  const { feed, events, passTime } = startRig();
  const { next } = listen(events);
  await next();
  const told = next();
  passTime(30_000);
  feed.publish(CONFIG);
  assert.match(await told, /event: config/u);
});

test('leaves nothing behind when clients leave, whether something was on its way or not', async () => {
  const { feed, timers, events } = startRig();
  const streams = Array.from({ length: 50 }, () => {
    const client = new AbortController();
    const stream = Readable.from(events.listen({ principal: ADMIN, lastEventId: null, signal: client.signal }));
    return { client, stream };
  });
  const opened = streams.map(({ stream }) => new Promise((resolve) => stream.once('data', resolve)));
  await Promise.all(opened);
  assert.deepEqual([feed.listeners, timers.size, events.listeners], [50, 100, 50]);
  const closed = streams.map(({ stream }) => new Promise((resolve) => stream.once('close', resolve)));
  for (const [index, { client, stream }] of streams.entries()) {
    if (index % 2 === 0) feed.publish({ type: 'exchange', id: `e-${index}` as ExchangeId } as GatewayEvent);
    client.abort();
    stream.destroy();
  }
  await Promise.all(closed);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([feed.listeners, timers.size, events.listeners], [0, 0, 0]);
});

test('takes two hundred listeners and tells the next to come back', async () => {
  const { events } = startRig();
  const all = Array.from({ length: 200 }, () => listen(events));
  await Promise.all(all.map(({ next }) => next()));
  assert.throws(
    () => listen(events),
    (error) => error instanceof OperationError && error.status === 429 && error.retryAfterSeconds === 60,
  );
  const left = all[0]?.next();
  all[0]?.client.abort();
  assert.equal(await left, 'over');
  assert.match(await listen(events).next(), /listening/u);
});
