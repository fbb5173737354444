import type { GatewayEvent, ToldEvent } from '../../ports/event-feed.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import { wrongField } from './time-window.ts';

export interface LiveEventsParts {
  readonly feed: ControlServices['feed'];
  /** Whether whoever began to listen may still do so. */
  readonly isStillAllowed: (principal: Principal) => Promise<boolean>;
  readonly every: (callback: () => void, periodMs: number) => { cancel(): void };
}

export interface Listening {
  readonly principal: Principal;
  /** The last event that was heard before the connection broke; null: from now on. */
  readonly lastEventId: string | null;
  /** With commas between; absent: all. A gap is told in any case. */
  readonly types?: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

const TYPES: ReadonlySet<string> = new Set<GatewayEvent['type']>(['key', 'breaker', 'provider-rest', 'exchange', 'config', 'alert']);
/** Proxies on the way take a connection on which nothing passes for dead. */
const HEARTBEAT_MS = 15_000;
const RECHECK_MS = 30_000;
const RETRY_MS = 3000;
const MOST_LISTENERS = 200;

/** Events as they happen, as the text of server-sent events. */
export class LiveEvents {
  readonly #parts: LiveEventsParts;
  #listeners = 0;

  constructor(parts: LiveEventsParts) {
    this.#parts = parts;
  }

  get listeners(): number {
    return this.#listeners;
  }

  /**
   * Ends when the client is gone or may no longer listen.
   * @throws {OperationError} `invalid_field`, `too_many_requests`.
   */
  listen({ types, ...listening }: Listening): AsyncIterable<string> {
    const wanted = types === undefined ? TYPES : readTypes(types);
    if (this.#listeners >= MOST_LISTENERS)
      throw new OperationError('too_many_requests', `${MOST_LISTENERS} others listen already.`, { retryAfterSeconds: 60 });
    return this.#tell(listening, wanted);
  }

  async *#tell({ principal, lastEventId, signal }: Omit<Listening, 'types'>, wanted: ReadonlySet<string>): AsyncGenerator<string, void> {
    const { feed, isStillAllowed, every } = this.#parts;
    const stop = new AbortController();
    const end = (): void => stop.abort();
    const inbox = new Inbox(feed.subscribe(lastEventId, stop.signal)[Symbol.asyncIterator]());
    const heartbeat = every(() => inbox.beat(), HEARTBEAT_MS);
    const recheck = every(() => void isStillAllowed(principal).then((isAllowed) => isAllowed || end(), end), RECHECK_MS);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    this.#listeners += 1;
    try {
      yield `retry: ${RETRY_MS}\n: listening\n\n`;
      for (;;) {
        const told = await inbox.next();
        if (told === 'over' || stop.signal.aborted) return;
        if (told === 'beat') yield ':\n\n';
        else if (told.event.type === 'gap' || wanted.has(told.event.type)) yield textOf(told);
      }
    } finally {
      this.#listeners -= 1;
      heartbeat.cancel();
      recheck.cancel();
      signal.removeEventListener('abort', end);
      end();
    }
  }
}

/** Waits for whichever comes first, an event or a heartbeat, and leaves nothing behind for the one that did not. */
class Inbox {
  readonly #events: AsyncIterator<ToldEvent>;
  #arrived: IteratorResult<ToldEvent> | null = null;
  #isAsked = false;
  #isBeatDue = false;
  #wake: (() => void) | null = null;

  constructor(events: AsyncIterator<ToldEvent>) {
    this.#events = events;
  }

  beat(): void {
    this.#isBeatDue = true;
    this.#wake?.();
  }

  async next(): Promise<ToldEvent | 'beat' | 'over'> {
    for (;;) {
      const arrived = this.#arrived;
      if (arrived !== null) {
        this.#arrived = null;
        return arrived.done === true ? 'over' : arrived.value;
      }
      this.#ask();
      if (this.#isBeatDue) {
        this.#isBeatDue = false;
        return 'beat';
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const take = (result: IteratorResult<ToldEvent>): void => {
      this.#isAsked = false;
      this.#arrived = result;
      this.#wake?.();
    };
    this.#events.next().then(take, () => take({ done: true, value: undefined }));
  }
}

function readTypes(text: string): ReadonlySet<string> {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !TYPES.has(name));
  if (unknown !== undefined) throw wrongField('types', `must be of ${[...TYPES].join(', ')}, with commas between`);
  return new Set(names);
}

/** JSON has no line ends of its own, so the data is one line whatever stands in it. */
function textOf({ id, atMs, event }: ToldEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify({ atMs, ...event })}\n\n`;
}
