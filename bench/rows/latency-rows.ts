import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { monotonicMs } from '../../src/cli/mock/monotonic-ms.ts';
import { open, send } from '../../test/support/http-client.ts';
import { startGateway } from '../../test/support/start-gateway.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { faultNotes, notMeasured } from '../bench-row.ts';
import type { BenchRow, BenchScale, RowResult } from '../bench-row.ts';
import { chatBody, chatJob, withSides } from '../bench-sides.ts';
import type { Side, Sides } from '../bench-sides.ts';
import { runLoad } from '../child-program.ts';
import { BENCH_ENVIRONMENT, BENCH_VIRTUAL_KEY, benchConfig } from '../gateway-config.ts';
import type { LoadResult } from '../load/load-job.ts';

const ABORTS = 50;

type AddedTime = Readonly<Record<'P50' | 'P99', RowResult>>;

/** Both rows read one measurement. */
function firstByteRows(): readonly BenchRow[] {
  let measured: Promise<AddedTime> | null = null;
  const row = (share: 'P50' | 'P99', bar: number): BenchRow => ({
    id: `first-byte-${share.toLowerCase()}`,
    title: `added time to first byte at 1,000 a second, ${share.toLowerCase()}`,
    unit: 'ms',
    bar,
    stretch: null,
    measure: async (scale) => {
      measured ??= withSides({}, (sides) => measureFirstByte(sides, scale));
      return (await measured)[share];
    },
  });
  return [row('P50', 0.4), row('P99', 2)];
}

async function measureFirstByte(sides: Sides, scale: BenchScale): Promise<AddedTime> {
  const direct: Side = { name: 'direct', pid: sides.mock.pid, port: sides.mock.port };
  const present = sides.gateway === null ? [direct, sides.floor] : [direct, sides.floor, sides.gateway];
  const results = new Map<Side['name'], LoadResult[]>();
  const notes = [...sides.notes];
  for (const side of present) await paced(side.port, 1000, scale.warmUpMs);
  for (let round = 0; round < scale.rounds; round += 1) {
    for (const side of present) {
      const result = await paced(side.port, 1000, scale.measureMs);
      notes.push(...faultNotes(side.name, result));
      results.set(side.name, [...(results.get(side.name) ?? []), result]);
    }
  }
  const rowOf = (figure: 'firstByteP50' | 'firstByteP99'): RowResult => {
    const lowest = (name: Side['name']): number => Math.min(...(results.get(name) ?? []).map((result) => result[figure]));
    const added = (name: Side['name']): number => Math.max(0, lowest(name) - lowest('direct'));
    return {
      gateway: sides.gateway === null ? null : added('gateway'),
      floor: added('floor'),
      notes: [...notes, `The upstream alone: ${lowest('direct').toFixed(2)} ms.`],
    };
  };
  return { P50: rowOf('firstByteP50'), P99: rowOf('firstByteP99') };
}

function paced(port: number, ratePerSecond: number, durationMs: number): Promise<LoadResult> {
  return runLoad({ ...chatJob(port, chatBody(false)), mode: 'paced', connections: 64, ratePerSecond, durationMs });
}

const eventLoopDelay: BenchRow = {
  id: 'event-loop-delay',
  title: 'event-loop delay p99 at 3,000 a second',
  unit: 'ms',
  bar: 10,
  stretch: 5,
  measure: (scale) =>
    withSides({}, async (sides) => {
      if (sides.gateway === null) return { gateway: null, floor: null, notes: sides.notes };
      const metricsUrl = `http://127.0.0.1:${sides.gateway.port}/metrics`;
      await paced(sides.gateway.port, 1000, scale.warmUpMs);
      // A gateway that tells the delay since the last reading starts a new window here.
      await send({ url: metricsUrl });
      const result = await paced(sides.gateway.port, 3000, scale.measureMs * 2);
      const metrics = await send({ url: metricsUrl });
      const match = /^headgate_event_loop_delay_seconds\{[^}]*quantile="0\.99"[^}]*\} (\S+)$/m.exec(metrics.text);
      const notes = [
        ...faultNotes('gateway', result),
        `first byte p50 ${result.firstByteP50.toFixed(2)} ms, p99 ${result.firstByteP99.toFixed(2)} ms.`,
      ];
      if (match === null) return { gateway: null, floor: null, notes: [...notes, '/metrics does not tell the event-loop delay.'] };
      return { gateway: Number(match[1]) * 1000, floor: null, notes };
    }),
};

const clientAbort: BenchRow = {
  id: 'client-abort',
  title: `client leaves → upstream closed, slowest of ${ABORTS}`,
  unit: 'ms',
  bar: 50,
  stretch: null,
  measure: async () => {
    const mock = await startMockUpstream({ script: { rules: [{ endless: true, intervalMs: 20 }] } });
    const gateway = await startGateway({ config: benchConfig({ 'bench-model': mock.port }), env: BENCH_ENVIRONMENT }).catch((error: unknown) =>
      notMeasured(error),
    );
    try {
      if (typeof gateway === 'string') return { gateway: null, floor: null, notes: [gateway] };
      const delays: number[] = [];
      for (let count = 1; count <= ABORTS; count += 1) delays.push(await abortOnce(gateway.port, mock, count));
      const sorted = delays.toSorted((left, right) => left - right);
      return { gateway: sorted.at(-1) ?? null, floor: null, notes: [`p50 ${(sorted[ABORTS / 2] ?? 0).toFixed(2)} ms.`] };
    } finally {
      if (typeof gateway !== 'string') await gateway.dispose();
      await mock.close();
    }
  },
};

async function abortOnce(port: number, mock: { readonly abortedAt: readonly number[] }, count: number): Promise<number> {
  const stream = await open({
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    headers: { authorization: `Bearer ${BENCH_VIRTUAL_KEY}` },
    body: chatBody(true),
  });
  if (stream.status !== 200) throw new Error(`The stream to be aborted was answered with ${stream.status}.`);
  await stream.events.next();
  const left = monotonicMs();
  stream.abort();
  await waitFor(`abort ${count} to reach the upstream`, () => mock.abortedAt.length >= count, { intervalMs: 1 });
  return (mock.abortedAt[count - 1] ?? 0) - left;
}

/** Rows about time that passes for a client. */
export const latencyRows: readonly BenchRow[] = [...firstByteRows(), clientAbort, eventLoopDelay];
