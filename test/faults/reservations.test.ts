import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { estimateInputTokens } from '../../src/gateway/metering/estimate-tokens.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { readLedger } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { waitFor } from '../support/wait-for.ts';

const REQUESTS = 1000;
const AT_A_TIME = 25;
const PLACES = 30;
const TOKENS = 100_000_000;
const BAR_MS = 5000;
const LONGEST_STAY_MS = 15;
const CHUNK = '{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}';

/** A way in which requests fail. */
interface Way {
  readonly rule: MockRule;
  readonly stream?: boolean;
  /** The client does not stay to the end. */
  readonly leaves?: boolean;
}

const WAYS: Readonly<Record<string, Way>> = {
  'server-error': { rule: { status: 500 } },
  'rate-limited': { rule: { status: 429, retryAfterSeconds: 60 } },
  'client-fault': { rule: { status: 400 } },
  'no-json': { rule: { raw: 'surprise', headers: { 'content-type': 'application/json' } } },
  'error-event': { rule: { raw: 'data: {"error":{"message":"no","type":"server_error"}}\n\n' }, stream: true },
  'broken-stream': { rule: { raw: [`data: ${CHUNK}\n\n`, `data: ${CHUNK}\n\n`], cutAfterBytes: CHUNK.length + 20 }, stream: true },
  'gone-early': { rule: { hang: true }, leaves: true },
  'gone-late': { rule: { endless: true, intervalMs: 1, text: 'word' }, stream: true, leaves: true },
};

const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
const secretOf = (way: string): string => `hg-${way}-0123456789`;

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    // It serves every model, so that each request can bring its own and none meets the rest of another.
    providers: [{ id: 'vendor', keys: ['sk-vendor-12345'] }],
    virtualKeys: Object.keys(WAYS).map((way) => ({ id: way, secret: secretOf(way), limits: { concurrency: PLACES, tokensPerMinute: TOKENS } })),
    settings: { maxWaitMs: 0, retryBudget: { ratio: 1, floor: 100_000 } },
  });
});
after(async () => {
  agent.destroy();
  await world.close();
});

async function fail(way: string, { stream = false, leaves = false }: Way, index: number): Promise<void> {
  const asked = { key: secretOf(way), body: { ...chatBody(`${way}-${index}`), stream } };
  if (!leaves) return void (await world.send('/v1/chat/completions', { ...asked, agent }));
  const signal = AbortSignal.timeout(1 + (index % LONGEST_STAY_MS));
  await world.send('/v1/chat/completions', { ...asked, signal }).catch(() => undefined);
}

/** Tokens that the rows of a virtual key say. */
function tokensOf(way: string): number {
  return readLedger(world.gateway.dataDir)
    .filter((row) => row['virtualKeyId'] === way)
    .reduce(
      (sum, row) => sum + Number(row['usageInput']) + Number(row['usageCacheRead']) + Number(row['usageCacheWrite']) + Number(row['usageOutput']),
      0,
    );
}

/** Asks for so many tokens in all; gives the status. */
async function reserve(way: string, tokens: number): Promise<number> {
  const body = chatBody(`${way}-exact`);
  const input = estimateInputTokens({ messages: body.messages }, ['messages']);
  return (await world.send('/v1/chat/completions', { key: secretOf(way), body: { ...body, max_tokens: tokens - input } })).status;
}

async function everythingSettled(): Promise<void> {
  await waitFor(
    'everything to be settled',
    async () => {
      const metrics = await MetricsReading.of(world.origin);
      const isQuiet = metrics.sum('headgate_inflight') === 0 && metrics.sum('llm_key_lb_in_flight') === 0;
      return isQuiet && readLedger(world.gateway.dataDir).length === metrics.sum('headgate_exchanges_total');
    },
    { timeoutMs: BAR_MS, intervalMs: 50 },
  );
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`${name}: after ${REQUESTS} failed requests nothing of their limits is held back`, async (t) => {
    world.script({ rules: [{ match: { model: `${name}-exact` } }, way.rule] });
    // An empty minute lets any request pass: it is not to be empty.
    assert.equal(await reserve(name, 1000), 200);
    await runMany(REQUESTS, AT_A_TIME, (index) => fail(name, way, index));
    const endedAt = performance.now();
    await everythingSettled();
    const settledMs = performance.now() - endedAt;
    const used = tokensOf(name);
    assert.equal(await reserve(name, TOKENS - used + 1), 429, 'one token more than is left is refused');
    assert.equal(await reserve(name, TOKENS - used), 200, 'what is left can be had to the token');
    world.script({ rules: [{ hang: true }] });
    const leaving = new AbortController();
    const held = Array.from({ length: PLACES }, () => world.chat(`${name}-held`, { key: secretOf(name), signal: leaving.signal }).catch(() => null));
    await waitFor('every place to be taken', () => world.received('vendor').filter(({ model }) => model === `${name}-held`).length === PLACES);
    assert.equal((await world.chat(`${name}-held`, { key: secretOf(name) })).status, 429, 'one more than the places is refused');
    leaving.abort();
    await Promise.all(held);
    await everythingSettled();
    t.diagnostic(
      `figure: ${REQUESTS} requests, ${name}: 0 tokens and 0 of ${PLACES} places held back, settled within ${settledMs.toFixed(0)} ms (${used} tokens used)`,
    );
  });
}
