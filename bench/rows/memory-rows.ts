import { faultNotes } from '../bench-row.ts';
import type { BenchRow, BenchScale, RowResult } from '../bench-row.ts';
import { chatBody, chatJob, withSides } from '../bench-sides.ts';
import { holdLoad, runLoad } from '../child-program.ts';
import { residentMegabytes } from '../processor-time.ts';

const OPEN_STREAMS = 1000;
const LONG_RUN_REQUESTS = 1_000_000;
const LONG_RUN_LIMIT_MS = 1_200_000;
const SAMPLE_MS = 500;

const openStreams: BenchRow = {
  id: 'open-streams-memory',
  title: 'resident memory with 1,000 open streams',
  unit: 'MB',
  bar: 220,
  stretch: null,
  measure: () =>
    withSides({ events: 1_000_000, intervalMs: 500 }, async (sides) => {
      const job = { ...chatJob(0, chatBody(true)), mode: 'hold', connections: OPEN_STREAMS } as const;
      const peak = async (side: { readonly pid: number; readonly port: number }): Promise<{ megabytes: number; notes: readonly string[] }> => {
        const held = await holdLoad({ ...job, port: side.port });
        let megabytes = 0;
        for (let sample = 0; sample < 6; sample += 1) {
          await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
          megabytes = Math.max(megabytes, residentMegabytes(side.pid));
        }
        return { megabytes, notes: faultNotes('streams', await held.release()) };
      };
      const floor = await peak(sides.floor);
      const gateway = sides.gateway === null ? null : await peak(sides.gateway);
      return { gateway: gateway?.megabytes ?? null, floor: floor.megabytes, notes: [...sides.notes, ...floor.notes, ...(gateway?.notes ?? [])] };
    }),
};

const growth: BenchRow = {
  id: 'memory-growth',
  title: 'growth of resident memory over the second half of a run',
  unit: 'MB',
  // "No growth", with what the collector and the page cache of SQLite may still take.
  bar: 8,
  stretch: 0,
  measure: (scale) =>
    withSides({}, async (sides) => {
      if (sides.gateway === null) return { gateway: null, floor: null, notes: sides.notes };
      return measureGrowth(sides.gateway, scale);
    }),
};

async function measureGrowth(gateway: { readonly pid: number; readonly port: number }, scale: BenchScale): Promise<RowResult> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMegabytes(gateway.pid)), SAMPLE_MS);
  const bounds = scale.isLong ? { requests: LONG_RUN_REQUESTS, durationMs: LONG_RUN_LIMIT_MS } : { durationMs: QUICK_RUN_MS };
  const result = await runLoad({ ...chatJob(gateway.port, chatBody(false)), mode: 'closed', connections: 32, ...bounds });
  clearInterval(timer);
  const notes = [...faultNotes('gateway', result), `${result.answers} requests, peak ${Math.max(...samples).toFixed(0)} MB.`];
  return { gateway: growthOf(samples), floor: null, notes };
}

const QUICK_RUN_MS = 8000;

/** Rise of a straight line through the second half; the lowest of each few samples, so that garbage not yet collected does not count. */
function growthOf(samples: readonly number[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const size = Math.max(1, Math.floor(half.length / 6));
  const lows = Array.from({ length: Math.floor(half.length / size) }, (_, index) => Math.min(...half.slice(index * size, (index + 1) * size)));
  const meanX = (lows.length - 1) / 2;
  const meanY = lows.reduce((sum, value) => sum + value, 0) / lows.length;
  const spread = lows.reduce((sum, _, index) => sum + (index - meanX) ** 2, 0);
  const slope = lows.reduce((sum, value, index) => sum + (index - meanX) * (value - meanY), 0) / (spread === 0 ? 1 : spread);
  return Math.max(0, slope * lows.length);
}

/** Rows about memory. */
export const memoryRows: readonly BenchRow[] = [openStreams, growth];
