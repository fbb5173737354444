import type { LoadResult } from './load/load-job.ts';

/** How much of everything to do. */
export interface BenchScale {
  /** Length of one measurement. */
  readonly measureMs: number;
  readonly warmUpMs: number;
  /** Measurements of each side; the lowest counts. */
  readonly rounds: number;
  /** One million requests for the memory row. */
  readonly isLong: boolean;
  readonly isQuick: boolean;
  readonly ticksPerSecond: number;
}

export interface RowResult {
  /** Null: it could not be measured; the notes say why. */
  readonly gateway: number | null;
  /** Null where there is no floor to compare with. */
  readonly floor: number | null;
  /** Sentences for the reader, one a line. */
  readonly notes: readonly string[];
}

/** One line of the table. */
export interface BenchRow {
  /** For `--only` and the baseline. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** At most this. */
  readonly bar: number;
  readonly stretch: number | null;
  measure(scale: BenchScale): Promise<RowResult>;
}

/** A sentence when a load met faults, so that no figure of broken answers passes as good. */
export function faultNotes(who: string, result: LoadResult): readonly string[] {
  if (result.faults === 0) return [];
  return [`${who}: ${result.faults} of ${result.faults + result.answers} answers were faulty, first: ${String(result.firstFault)}.`];
}

/** How a gateway that could not be measured is told. */
export function notMeasured(error: unknown): string {
  return `The gateway was not measured: ${(error instanceof Error ? error.message : String(error)).split('\n').slice(0, 3).join(' ')}`;
}
