import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS_OF_MS = 1e6;

/** By how much the event loop was late, in ms, by quantile. */
export type EventLoopDelay = Readonly<Record<'0.5' | '0.9' | '0.99' | 'max', number>>;

export interface EventLoopDelayWatch {
  /** The delays since the last call; begins a new period. All 0 when nothing was sampled yet. */
  take(): EventLoopDelay;
  stop(): void;
}

/** Nanoseconds between samples that are due every 10 ms. */
export type DelayHistogram = Pick<ReturnType<typeof monitorEventLoopDelay>, 'count' | 'max' | 'percentile' | 'reset' | 'enable' | 'disable'>;

/** Samples the delay of the event loop, in periods of the one who asks: each asker needs a watch of its own. */
export function watchEventLoopDelay(histogram: DelayHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })): EventLoopDelayWatch {
  histogram.enable();
  // The histogram holds times between samples, which are the delay and the resolution.
  const delayMs = (nanoseconds: number): number => (histogram.count === 0 ? 0 : Math.max(0, nanoseconds / NANOSECONDS_OF_MS - RESOLUTION_MS));
  return {
    take: () => {
      const delay: EventLoopDelay = {
        '0.5': delayMs(histogram.percentile(50)),
        '0.9': delayMs(histogram.percentile(90)),
        '0.99': delayMs(histogram.percentile(99)),
        max: delayMs(histogram.max),
      };
      histogram.reset();
      return delay;
    },
    stop: () => {
      histogram.disable();
    },
  };
}
