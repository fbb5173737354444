import { startGateway } from '../../test/support/start-gateway.ts';
import { notMeasured } from '../bench-row.ts';
import type { BenchRow } from '../bench-row.ts';
import { BENCH_ENVIRONMENT, benchConfig } from '../gateway-config.ts';

const PROVIDERS = 10;
const KEYS_PER_PROVIDER = 100;

/** From the start of the process to its listening line. The first start is told apart: it also fills Node's compile cache. */
export const startRow: BenchRow = {
  id: 'start',
  title: 'start to listening, SQLite, 1,000 keys',
  unit: 'ms',
  bar: 600,
  stretch: null,
  measure: async () => {
    const models = Object.fromEntries(Array.from({ length: PROVIDERS }, (_, index) => [`bench-model-${index}`, 9]));
    const times: number[] = [];
    try {
      const gateway = await startGateway({ config: benchConfig(models, { keysPerProvider: KEYS_PER_PROVIDER }), env: BENCH_ENVIRONMENT });
      times.push(gateway.startMs());
      try {
        for (let again = 0; again < 4; again += 1) {
          await gateway.restart();
          times.push(gateway.startMs());
        }
      } finally {
        await gateway.dispose();
      }
    } catch (error) {
      return { gateway: null, floor: null, notes: [notMeasured(error)] };
    }
    const later = times.slice(1).toSorted((left, right) => left - right);
    const median = ((later[1] ?? 0) + (later[2] ?? 0)) / 2;
    return { gateway: median, floor: null, notes: [`First start with an empty data directory: ${(times[0] ?? 0).toFixed(0)} ms.`] };
  },
};
