import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { ClientAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { waitFor } from '../support/wait-for.ts';

/** IDENTITY_RUNS=350 for 10,000 exchanges, which take some minutes. */
const RUNS = Number(process.env['IDENTITY_RUNS'] ?? 12);
const MODELS = [0, 1, 2, 3];

interface Prices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly reasoning: number;
}

/** One exchange: its model, protocol, and how it goes. */
interface Plan {
  readonly model: number;
  readonly call: number;
  readonly stream: boolean;
  readonly ending: 'whole' | 'cut' | 'refused' | 'faulty' | 'silent-usage' | 'abandoned' | 'error-inside';
  readonly usage: { readonly input: number; readonly cacheRead: number; readonly output: number; readonly reasoning: number };
}

const priceOf = fc.integer({ min: 0, max: 200_000 }).map((thousandths) => thousandths / 1000);
const pricesOf = fc.record<Prices>({ input: priceOf, output: priceOf, cacheRead: priceOf, reasoning: priceOf });
const planOf = fc.record<Plan>({
  model: fc.constantFrom(...MODELS),
  call: fc.nat({ max: PROTOCOL_CALLS.length - 1 }),
  stream: fc.boolean(),
  ending: fc.constantFrom('whole', 'whole', 'whole', 'cut', 'refused', 'faulty', 'silent-usage', 'abandoned', 'error-inside'),
  usage: fc.record({ input: fc.nat(50_000), cacheRead: fc.nat(50_000), output: fc.nat(20_000), reasoning: fc.nat(5000) }).map((usage) => ({
    // Vendors count what was cached within the input, and thinking within the output.
    input: usage.input + usage.cacheRead,
    cacheRead: usage.cacheRead,
    output: usage.output + usage.reasoning,
    reasoning: usage.reasoning,
  })),
});

function ruleOf({ ending, usage }: Plan): MockRule {
  switch (ending) {
    case 'whole':
      return { usage };
    case 'cut':
      return { usage, cutAfterBytes: 900 };
    case 'refused':
      return { status: 500 };
    case 'faulty':
      return { status: 422 };
    case 'silent-usage':
      return { omitUsage: true, text: 'some words without figures '.repeat(20) };
    case 'abandoned':
      return { endless: true, intervalMs: 3, usage };
    case 'error-inside':
      return { body: { error: { message: 'no', type: 'server_error', code: 500, status: 'INTERNAL' } } };
  }
}

function configOf(prices: readonly Prices[]): { readonly id: string; readonly models: readonly object[]; readonly keys: readonly string[] } {
  return { id: 'vendor', models: MODELS.map((number) => ({ name: `m${number}`, price: prices[number] })), keys: ['sk-vendor-12345'] };
}

/** Plays one exchange; gives its answer when it was whole. */
async function play(world: MockedGateway, plan: Plan, mark: string): Promise<ClientAnswer | null> {
  const call = PROTOCOL_CALLS[plan.call] ?? assert.fail('there is a protocol');
  const isAbandoned = plan.ending === 'abandoned';
  const stream = plan.stream || isAbandoned;
  const model = `m${plan.model}`;
  const asked = { body: call.body(model, stream), headers: { 'x-session-id': mark } };
  if (!isAbandoned) return world.send(call.path(model, stream), asked);
  const answer = await world.open(call.path(model, stream), asked);
  await answer.events.next();
  answer.abort();
  return null;
}

/** The cost of a row by hand: prices in thousandths of a dollar, so that all is whole numbers. */
function costByHand(row: LedgerRow, prices: Prices): bigint {
  const thousandths = (price: number): bigint => BigInt(Math.round(price * 1000));
  const tokens = (name: string): bigint => BigInt(Number(row[name]));
  const cached = tokens('usageCacheRead') * thousandths(prices.cacheRead) + tokens('usageCacheWrite') * thousandths(prices.input);
  const reasoning = tokens('usageReasoning');
  const plain = tokens('usageInput') * thousandths(prices.input) + (tokens('usageOutput') - reasoning) * thousandths(prices.output);
  return (cached + plain + reasoning * thousandths(prices.reasoning) + 500n) / 1000n;
}

test('whatever happens to the exchanges, rows, counter and what clients were told are one sum', { timeout: RUNS * 5000 }, async (t) => {
  const initial = MODELS.map(() => ({ input: 1, output: 2, cacheRead: 0.5, reasoning: 3 }));
  const world = await MockedGateway.start({
    providers: [configOf(initial)],
    settings: { breaker: { inARow: 1_000_000, minimum: 1_000_000 }, maxWaitMs: 2000 },
  });
  let exchanges = 0;
  let told = 0;
  let revision = 1;
  const seen = new Set<unknown>();
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pricesOf, { minLength: 4, maxLength: 4 }),
        fc.array(planOf, { minLength: 20, maxLength: 40 }),
        async (prices, plans) => {
          world.gateway.writeConfig(world.config({ providers: [configOf(prices)] }));
          revision += 1;
          await waitFor('the new prices', async () => (await MetricsReading.of(world.origin)).sum('headgate_config_revision') >= revision);
          const answers: (ClientAnswer | null)[] = [];
          // Equal endings go together, because the script is one for all requests.
          for (const plan of plans) {
            world.script({ rules: [ruleOf(plan)] });
            answers.push(await play(world, plan, `run-${revision}`));
          }
          const settled = (await MetricsReading.of(world.origin)).sum('headgate_exchanges_total');
          assert.ok(settled >= exchanges + plans.length * 0.8, 'most of them reached the upstream');
          const rows = await waitFor('every row', async () => {
            const reading = await MetricsReading.of(world.origin);
            const found = readLedger(world.gateway.dataDir);
            return reading.sum('headgate_inflight') === 0 && found.length === reading.sum('headgate_exchanges_total') ? found : null;
          });
          exchanges = rows.length;
          const counter = (await MetricsReading.of(world.origin)).sum('headgate_cost_microusd_total');
          const sum = rows.reduce((total, row) => total + BigInt(Number(row['costMicroUsd'])), 0n);
          assert.equal(sum, BigInt(counter), 'the rows are the counter');
          const byId = new Map(rows.map((row) => [row['id'], row]));
          for (const answer of answers) {
            const cost = answer?.headers['x-headgate-cost'];
            if (cost === undefined) continue;
            told += 1;
            assert.equal(String(byId.get(String(answer?.headers['x-request-id']))?.['costMicroUsd']), cost, 'the row is what the client was told');
          }
          for (const row of rows) {
            if (seen.has(row['id'])) continue;
            seen.add(row['id']);
            const price = prices[Number(String(row['publicModel']).slice(1))] ?? assert.fail('there is a price');
            assert.equal(BigInt(Number(row['costMicroUsd'])), costByHand(row, price), JSON.stringify(row));
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    t.diagnostic(
      `figure: identity over ${exchanges} exchanges of random outcome and ${RUNS} changes of prices: rows - counter = 0 units; ${told} costs told to clients, 0 differ`,
    );
    assert.ok(exchanges > 150 && told > 30);
  } finally {
    await world.close();
  }
});
