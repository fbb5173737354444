// Runs alone in a network namespace of its own, where it may break the network: prints what became of the requests as JSON.
import { execFileSync } from 'node:child_process';

import { MockedGateway } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import { runMany } from '../support/run-many.ts';
import { waitFor } from '../support/wait-for.ts';

const IDLE_MS = 2000;
const REQUESTS = 100;
const AT_A_TIME = 10;
const NARROW_REQUESTS = 10;
const EVENTS_BEFORE = 5;
/** 32 words of 100 letters, each an event. */
const LONG_TEXT = Array.from({ length: 32 }, (_, index) => String(index % 10).repeat(100)).join(' ');

function ip(...args: readonly string[]): void {
  execFileSync('ip', args);
}

function nft(rule: string): void {
  execFileSync('nft', [rule]);
}

/** Everything that comes in over the loopback passes this chain. */
function dropWhat(condition: string): void {
  nft(`add rule inet broken input ${condition} drop`);
}

function heal(): void {
  nft('flush chain inet broken input');
}

ip('link', 'set', 'lo', 'up');
nft('add table inet broken');
nft('add chain inet broken input { type filter hook input priority 0; }');

const world = await MockedGateway.start({
  providers: [
    { id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] },
    // Four lost packets in a row are a silence of three seconds: only the black hole is to be found so soon.
    { id: 'hasty', models: ['h'], keys: ['sk-hasty-12345'], timeouts: { idleMs: IDLE_MS } },
  ],
});

/** How many answers were whole. */
async function countWhole(requests: number): Promise<number> {
  const whole = await runMany(requests, AT_A_TIME, async (index) => {
    if (index % 2 === 0) return (await world.chat('m', { timeoutMs: 60_000 })).status === 200;
    const { status, events } = await world.streamChat('m', { timeoutMs: 60_000 });
    const told = await Array.fromAsync(events);
    return status === 200 && told.at(-1)?.data === '[DONE]';
  });
  return whole.filter(Boolean).length;
}

async function loseEachTwentieth(): Promise<{ readonly requests: number; readonly whole: number }> {
  world.script({ rules: [{ text: LONG_TEXT }] });
  dropWhat('meta l4proto tcp numgen random mod 100 < 5');
  const whole = await countWhole(REQUESTS);
  heal();
  return { requests: REQUESTS, whole };
}

async function passOneMegabit(): Promise<{ readonly requests: number; readonly whole: number }> {
  execFileSync('tc', 'qdisc add dev lo root tbf rate 1mbit burst 32kb latency 400ms'.split(' '));
  const whole = await countWhole(NARROW_REQUESTS);
  execFileSync('tc', 'qdisc del dev lo root'.split(' '));
  return { requests: NARROW_REQUESTS, whole };
}

/** The network between gateway and upstream swallows everything in the middle of a stream. */
async function swallowStream(): Promise<object> {
  world.script({ rules: [{ text: LONG_TEXT, intervalMs: 50 }] });
  const { events } = await world.streamChat('h', { timeoutMs: 60_000 });
  const port = new URL(world.mock.origin).port;
  let seen = 0;
  let brokenAtMs = 0;
  let last = '';
  for await (const { data } of events) {
    seen += 1;
    last = data;
    if (seen !== EVENTS_BEFORE) continue;
    dropWhat(`tcp sport ${port}`);
    brokenAtMs = performance.now();
  }
  const detectedMs = Math.round(performance.now() - brokenAtMs);
  heal();
  world.script({ rules: [{ text: 'well again' }] });
  const isServedAgain = (await world.chat('h', { timeoutMs: 60_000 })).status === 200;
  const row = await waitFor(
    'the row of the broken stream',
    () => readLedger(world.gateway.dataDir).find((found) => found['outcome'] === 'timeout') ?? null,
  );
  return { idleMs: IDLE_MS, detectedMs, isTold: last.includes('"error"'), outcome: row['outcome'], isServedAgain };
}

const lossy = await loseEachTwentieth();
const narrow = await passOneMegabit();
const swallowed = await swallowStream();
await world.close();
process.stdout.write(`${JSON.stringify({ lossy, narrow, swallowed })}\n`);
