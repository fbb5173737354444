import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import type { BenchRow, BenchScale } from './bench-row.ts';
import { notMeasured } from './bench-row.ts';
import { clockTicks } from './processor-time.ts';
import { formatTable, reportRow } from './report.ts';
import type { ReportedRow } from './report.ts';
import { inProcessRows } from './rows/in-process-rows.ts';
import { latencyRows } from './rows/latency-rows.ts';
import { memoryRows } from './rows/memory-rows.ts';
import { processorRows } from './rows/processor-rows.ts';
import { startRow } from './rows/start-row.ts';

const HELP = `headgate bench: what the gateway costs, beside the least that any proxy in this language costs

  npm run bench -- [--only ROW]... [--quick] [--long] [--json] [--accept]

  --only ROW   only this row; may be repeated
  --quick      one short round each: to see whether it runs, not to compare
  --long       one million requests for the memory row, also with --quick
  --json       print the result as JSON instead of the table
  --accept     keep the ratios of this run as the baseline

Rows: `;
const BASELINE = new URL('baseline.json', import.meta.url);
const RESULTS = new URL('results/latest.json', import.meta.url);
/** Processor time of the floor on the machine that the bars were set on, in µs a request. */
const REFERENCE_FLOOR = 23.9;
const ROWS: readonly BenchRow[] = [...processorRows, ...latencyRows, ...memoryRows, startRow, ...inProcessRows];

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${HELP}${ROWS.map((row) => row.id).join(', ')}\n`);
    return 0;
  }
  const unknown = (values.only ?? []).filter((id) => !ROWS.some((row) => row.id === id));
  if (unknown.length > 0) {
    process.stderr.write(`There is no row ${unknown.join(', ')}; rows are ${ROWS.map((row) => row.id).join(', ')}.\n`);
    return 2;
  }
  if (process.platform !== 'linux') {
    process.stderr.write('The benchmark reads processor time from /proc and so runs on Linux only.\n');
    return 2;
  }
  const rows = ROWS.filter((row) => values.only === undefined || values.only.includes(row.id));
  const reported = await measureAll(rows, scaleOf(values), values.json);
  const result = { at: new Date().toISOString(), node: process.version, machine: machineText(), quick: values.quick, rows: reported };
  mkdirSync(new URL('.', RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(result, null, 2)}\n`);
  if (values.accept) writeBaseline(reported);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `\n${formatTable(reported)}\n${closingNotes(reported)}`);
  return 0;
}

function scaleOf(values: { readonly quick: boolean; readonly long: boolean }): BenchScale {
  return {
    measureMs: values.quick ? 1000 : 3000,
    warmUpMs: values.quick ? 500 : 6000,
    rounds: values.quick ? 1 : 3,
    isQuick: values.quick,
    isLong: values.long || !values.quick,
    ticksPerSecond: clockTicks(),
  };
}

async function measureAll(rows: readonly BenchRow[], scale: BenchScale, isQuiet: boolean): Promise<readonly ReportedRow[]> {
  const accepted = readBaseline();
  const reported: ReportedRow[] = [];
  for (const row of rows) {
    if (!isQuiet) process.stderr.write(`measuring ${row.id} …\n`);
    const result = await row.measure(scale).catch((error: unknown) => ({ gateway: null, floor: null, notes: [notMeasured(error)] }));
    reported.push(reportRow(row, result, accepted[row.id]));
  }
  return reported;
}

function readBaseline(): Readonly<Record<string, number>> {
  const file = JSON.parse(readFileSync(BASELINE, 'utf8')) as { readonly ratios: Readonly<Record<string, number>> };
  return file.ratios;
}

function writeBaseline(rows: readonly ReportedRow[]): void {
  const measured = rows.flatMap((row) => (row.ratio === null ? [] : [[row.id, Number(row.ratio.toFixed(3))] as const]));
  const ratios = { ...readBaseline(), ...Object.fromEntries(measured) };
  writeFileSync(BASELINE, `${JSON.stringify({ ratios }, null, 2)}\n`);
}

function closingNotes(rows: readonly ReportedRow[]): string {
  const floor = rows.find((row) => row.id === 'non-stream')?.floor ?? null;
  const speed =
    floor === null
      ? ''
      : `The bars were set on a machine whose floor is ${REFERENCE_FLOOR} µs a request; here it is ${floor.toFixed(1)} µs (${(floor / REFERENCE_FLOOR).toFixed(2)} ×).\n`;
  return `${speed}${machineText()}, Node ${process.version}\n`;
}

function machineText(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`;
}
