import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';

import { heldMemory, MEMORY_FLAGS } from '../support/held-memory.ts';
import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { inMebibytes, openDescriptors, residentBytes } from '../support/process-figures.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { readLedger } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { waitFor } from '../support/wait-for.ts';

const REQUESTS = Number(process.env['SOAK_REQUESTS'] ?? 10_000);
const ROUNDS = 5;
const AT_A_TIME = 24;
const LULL_MS = 2300;
const MEBIBYTE = 1024 * 1024;

const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

/** One of ten kinds of request, two of which leave early. */
async function act(world: MockedGateway, index: number): Promise<void> {
  const call = PROTOCOL_CALLS[index % PROTOCOL_CALLS.length] ?? assert.fail('there is a protocol');
  switch (index % 10) {
    case 0:
    case 5: {
      const answer = await world.open(call.path('m', true), { body: call.body('m', true) });
      for await (const part of answer.bytes) {
        void part;
        break;
      }
      return answer.abort();
    }
    case 1:
      return void (await world.chat('failing', { agent }));
    case 2:
      return void (await world.chat(`made-up-${index}`, { agent }));
    case 3:
    case 8:
      return void (await world.send(call.path('m', true), { body: call.body('m', true), agent }));
    case 4:
      return void (await world.chat('m', { key: 'hg-wrong-12345', agent }));
    case 6:
      return void (await world.send('/v1/embeddings', { body: { model: 'm', input: 'x' }, agent }));
    default:
      return void (await world.send(call.path('m', false), { body: call.body('m', false), agent }));
  }
}

test('after 10,000 mixed requests memory, descriptors and exchanges are where they were', { timeout: 120_000 }, async (t) => {
  if (!hasNeeds(t, reasonAgainstTools())) return;
  const world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['m'], keys: ['sk-vendor-12345', 'sk-vendor-67890'] },
      { id: 'open', keys: ['sk-open-12345'], priority: 1 },
      { id: 'broken', models: ['failing'], keys: ['sk-broken-12345'] },
    ],
    nodeFlags: MEMORY_FLAGS,
    settings: { maxWaitMs: 0 },
  });
  try {
    world.script({ rules: [{ match: { path: '^/broken/' }, status: 500 }, { chunks: 8 }] });
    const perRound = Math.floor(REQUESTS / ROUNDS);
    const held: number[] = [];
    const resident: number[] = [];
    const descriptors: number[] = [];
    const startedAt = performance.now();
    for (let round = 0; round < ROUNDS; round += 1) {
      await runMany(perRound, AT_A_TIME, (index) => act(world, round * perRound + index));
      // What ended may be held for two seconds, until its upstream connection has ended in order too.
      await new Promise((resolve) => setTimeout(resolve, LULL_MS));
      descriptors.push(openDescriptors(world.gateway.pid));
      held.push(await heldMemory(world.gateway));
      resident.push(residentBytes(world.gateway.pid));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    // The first round is the warm-up: code is compiled and tables reach their size.
    const perTenThousand = ((slope(held.slice(1)) / perRound) * 10_000) / MEBIBYTE;
    const metrics = await MetricsReading.of(world.origin);
    t.diagnostic(
      `figure: soak of ${perRound * ROUNDS} requests in ${seconds.toFixed(1)} s: held memory ${perTenThousand.toFixed(2)} MiB per 10,000 after warm-up ` +
        `(${held.map(inMebibytes).join(', ')} MiB; resident ${resident.map(inMebibytes).join(', ')} MiB), descriptors ${descriptors.join(', ')}`,
    );
    const growth = (descriptors.at(-1) ?? 0) - (descriptors[0] ?? 0);
    assert.ok(perTenThousand < 1, `${perTenThousand} MiB`);
    assert.ok(Math.abs(growth) <= 10, `${descriptors.join(', ')} descriptors`);
    assert.equal(metrics.sum('headgate_inflight'), 0);
    assert.equal(metrics.sum('llm_key_lb_in_flight'), 0);
    const counted = metrics.sum('headgate_exchanges_total');
    await waitFor('every exchange in the ledger', () => readLedger(world.gateway.dataDir).length === counted, { timeoutMs: 10_000, intervalMs: 200 });
  } finally {
    agent.destroy();
    await world.close();
  }
});

/** Growth from one value to the next, by the line that fits all of them best. */
function slope(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [x, y] of values.entries()) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}
