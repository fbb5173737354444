import type { Usage } from './usage.ts';

/**
 * What a model costs, in dollars per million tokens (`perImage`, `perRequest`: dollars each), as price lists write it.
 * Absent classes fall back: cache classes and audio input to `input`, reasoning and audio output to `output`.
 */
export interface Price {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
  readonly perImage?: number;
  readonly perRequest?: number;
}

/**
 * Cost of a usage in whole micro-dollars, rounded half up once per row.
 * Dollars per million tokens are micro-dollars per token, so no factor appears.
 */
export function costMicroUsd(usage: Usage, price: Price): number {
  const input = price.input ?? 0;
  const output = price.output ?? 0;
  const plainInput = Math.max(0, usage.input - usage.audioInput);
  const plainOutput = Math.max(0, usage.output - usage.reasoning - usage.audioOutput);
  const total =
    plainInput * input +
    usage.audioInput * (price.audioInput ?? input) +
    usage.cacheRead * (price.cacheRead ?? input) +
    usage.cacheWrite * (price.cacheWrite ?? input) +
    plainOutput * output +
    usage.reasoning * (price.reasoning ?? output) +
    usage.audioOutput * (price.audioOutput ?? output) +
    (price.perRequest ?? 0) * 1_000_000;
  // The sum of decimal prices carries binary dust; a millionth of a micro-dollar is far below any price's last digit.
  return Math.floor(Math.round(total * 1e6) / 1e6 + 0.5);
}
