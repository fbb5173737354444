import { getHeapStatistics } from 'node:v8';
import { watchEventLoopDelay, type EventLoopDelayWatch } from './event-loop-delay.ts';

const LOOK_EVERY_MS = 500;
const MOST_DELAY_MS = 250;
const MOST_SLOW_MS = 2000;
const MOST_HEAP_SHARE = 0.95;

export interface OverloadGuardOptions {
  /** Any clock in ms. */
  readonly nowMs: () => number;
  /** Share of the heap limit above which new work is shed; 0.95. */
  readonly heapShare?: number;
  /** Share of the heap limit that is used now; V8's own figure. */
  readonly usedHeapShare?: () => number;
  readonly eventLoop?: EventLoopDelayWatch;
}

export interface OverloadGuard {
  /** A sentence while new work is to be shed, else null. Reads a field only. */
  reason(): string | null;
  stop(): void;
}

/** Looks twice a second whether the process has too little memory or too little time for more work. */
export function createOverloadGuard(options: OverloadGuardOptions): OverloadGuard {
  const { nowMs, heapShare = MOST_HEAP_SHARE, usedHeapShare = readUsedHeapShare, eventLoop = watchEventLoopDelay() } = options;
  let reason: string | null = null;
  let lookedAtMs = nowMs();
  let slowLooks = 0;
  let slowSinceMs = 0;

  const isSlow = (): boolean => {
    const beganAtMs = lookedAtMs;
    lookedAtMs = nowMs();
    if (eventLoop.take()['0.99'] <= MOST_DELAY_MS) {
      slowLooks = 0;
      return false;
    }
    if (slowLooks === 0) slowSinceMs = beganAtMs;
    slowLooks += 1;
    // One long pause is over when it is seen: only a second slow period says that it goes on.
    return slowLooks > 1 && lookedAtMs - slowSinceMs >= MOST_SLOW_MS;
  };

  const look = (): void => {
    const slow = isSlow();
    if (usedHeapShare() > heapShare) reason = 'the gateway is short of memory and takes no new work for the moment';
    else reason = slow ? 'the gateway is short of computing time and takes no new work for the moment' : null;
  };

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    reason: () => reason,
    stop: () => {
      clearInterval(timer);
      eventLoop.stop();
    },
  };
}

function readUsedHeapShare(): number {
  const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
  return usedBytes / limitBytes;
}
