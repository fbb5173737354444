/** The mock upstream's fast path in a process of its own. Run as `node bench/programs/mock-process.ts '{"intervalMs":20}'`; prints its port. */
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { FastOptions } from '../../src/cli/mock/mock-upstream.ts';

const mock = await startMockUpstream({ fast: JSON.parse(process.argv[2] ?? '{}') as FastOptions });
process.stdout.write(`listening on ${mock.port}\n`);
