import { faultNotes } from './bench-row.ts';
import type { BenchScale, RowResult } from './bench-row.ts';
import type { Side, Sides } from './bench-sides.ts';
import { runLoad } from './child-program.ts';
import type { LoadJob, LoadResult } from './load/load-job.ts';
import { processorMicros } from './processor-time.ts';

interface Measured {
  /** Lowest of the rounds, in µs. */
  microsPerUnit: number;
  readonly latencies: LoadResult[];
}

/** Runs the same load through floor and gateway in turn and compares the processor time that each takes for a unit of work. */
export async function compareProcessorTime(
  sides: Sides,
  scale: BenchScale,
  jobOf: (port: number, isWarmUp: boolean) => LoadJob,
  unitsPerAnswer: number,
): Promise<RowResult> {
  const measured = new Map<Side['name'], Measured>();
  const notes = [...sides.notes];
  const present = sides.gateway === null ? [sides.floor] : [sides.floor, sides.gateway];
  for (const side of present) await runLoad(jobOf(side.port, true));
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const side of present) {
      const before = processorMicros(side.pid, scale.ticksPerSecond);
      const result = await runLoad(jobOf(side.port, false));
      const micros = (processorMicros(side.pid, scale.ticksPerSecond) - before) / (result.answers * unitsPerAnswer);
      notes.push(...faultNotes(side.name, result));
      const known = measured.get(side.name) ?? { microsPerUnit: Number.POSITIVE_INFINITY, latencies: [] };
      known.microsPerUnit = Math.min(known.microsPerUnit, micros);
      known.latencies.push(result);
      measured.set(side.name, known);
    }
  }
  for (const [name, { latencies }] of measured) notes.push(`${name}: ${latencyText(latencies)}`);
  return {
    gateway: measured.get('gateway')?.microsPerUnit ?? null,
    floor: measured.get('floor')?.microsPerUnit ?? null,
    notes,
  };
}

function latencyText(results: readonly LoadResult[]): string {
  const best = results.reduce((left, right) => (right.answers / right.seconds > left.answers / left.seconds ? right : left));
  const rate = (best.answers / best.seconds).toFixed(0);
  return `${rate} answers/s, first byte p50 ${best.firstByteP50.toFixed(2)} ms, p99 ${best.firstByteP99.toFixed(2)} ms.`;
}
