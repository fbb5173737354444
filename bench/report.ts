import type { BenchRow, RowResult } from './bench-row.ts';

/** A measured row as the table, the results file and the baseline see it. */
export interface ReportedRow {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly gateway: number | null;
  readonly floor: number | null;
  /** Gateway by floor; by bar where there is no floor. What the baseline compares. */
  readonly ratio: number | null;
  readonly bar: number;
  readonly stretch: number | null;
  readonly verdict: 'stretch' | 'bar' | 'over' | 'not measured';
  /** How much worse than the last accepted ratio, 0.2 for 20 %; null without one. */
  readonly worseBy: number | null;
  readonly notes: readonly string[];
}

const WORSE = 0.15;

/** Joins a row with its figures. */
export function reportRow(row: BenchRow, result: RowResult, accepted: number | undefined): ReportedRow {
  const { gateway, floor, notes } = result;
  const ratio = gateway === null ? null : gateway / (floor === null || floor === 0 ? row.bar : floor);
  return {
    id: row.id,
    title: row.title,
    unit: row.unit,
    gateway,
    floor,
    ratio,
    bar: row.bar,
    stretch: row.stretch,
    verdict:
      gateway === null ? 'not measured' : gateway <= (row.stretch ?? Number.NEGATIVE_INFINITY) ? 'stretch' : gateway <= row.bar ? 'bar' : 'over',
    worseBy: ratio === null || accepted === undefined || accepted === 0 ? null : ratio / accepted - 1,
    notes,
  };
}

/** The table for people, with the notes of each row under it. */
export function formatTable(rows: readonly ReportedRow[]): string {
  const cells = rows.map((row) => [
    row.title,
    row.gateway === null ? 'not measured' : `${figure(row.gateway)} ${row.unit}`,
    `${figure(row.bar)}`,
    row.stretch === null ? '' : figure(row.stretch),
    row.floor === null ? '' : `${figure(row.floor)} ${row.unit}`,
    row.ratio === null || row.floor === null ? '' : `${row.ratio.toFixed(2)} ×`,
    verdictText(row),
  ]);
  const lines = [['', 'gateway', 'bar', 'stretch', 'floor', 'ratio', ''], ...cells];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  );
  const notes = rows.flatMap((row) => row.notes.map((note) => `  ${row.id}: ${note}`));
  return `${[...table, ...(notes.length === 0 ? [] : ['', ...notes])].map((line) => line.trimEnd()).join('\n')}\n`;
}

function verdictText(row: ReportedRow): string {
  const texts = { stretch: 'within stretch', bar: 'within bar', over: 'OVER THE BAR', 'not measured': '' } as const;
  const worse = row.worseBy !== null && row.worseBy >= WORSE ? `, ${(row.worseBy * 100).toFixed(0)} % WORSE than accepted` : '';
  return texts[row.verdict] + worse;
}

function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
