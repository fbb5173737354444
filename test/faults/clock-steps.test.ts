import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MockedGateway } from '../support/mocked-gateway.ts';
import { preload } from '../support/preload.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const MINUTE_MS = 60_000;
/** Noon of a day that not every year has, so that no step leads into another day. */
const START = Date.parse('2028-02-29T12:00:00Z');
/** Where the wall clock stands, beside where it should, after each step. */
const STEPS_MS = [-10 * MINUTE_MS, 0, 60 * MINUTE_MS, 0, -60 * MINUTE_MS];
const ALLOWED = 5;

/** A wall clock that begins at the start and takes the next step at each SIGUSR2. */
const STEPPING = preload(`
  const real = Date.now.bind(Date);
  const steps = ${JSON.stringify(STEPS_MS)};
  const base = ${START} - real();
  let step = 0;
  Date.now = () => real() + base + step;
  process.on('SIGUSR2', () => { step = steps.shift() ?? 0; console.error('clock stepped to ' + step); });
`);

test('a wall clock that steps back or ahead gives no window again, and no time is negative', async (t) => {
  const world = await MockedGateway.start({
    providers: [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }],
    virtualKeys: [
      { id: 'by-day', secret: 'hg-by-day-0123456789', limits: { requestsPerDay: ALLOWED } },
      { id: 'by-minute', secret: 'hg-by-minute-0123456789', limits: { requestsPerMinute: ALLOWED } },
    ],
    nodeFlags: STEPPING,
  });
  try {
    const ask = async (id: string): Promise<number> => (await world.chat('m', { key: `hg-${id}-0123456789` })).status;
    const served = { 'by-day': 0, 'by-minute': 0 };
    const askAll = async (): Promise<void> => {
      for (const id of ['by-day', 'by-minute'] as const) for (let turn = 0; turn <= ALLOWED; turn += 1) if ((await ask(id)) === 200) served[id] += 1;
    };
    await askAll();
    assert.deepEqual(served, { 'by-day': ALLOWED, 'by-minute': ALLOWED });
    // A stream that is under way meets every step.
    world.script({ rules: [{ text: 'word '.repeat(8), intervalMs: 60 }] });
    const running = world.streamChat('m').then((answer) => Array.fromAsync(answer.events));
    const perStep: number[] = [];
    for (const step of STEPS_MS) {
      const from = world.gateway.stderr().length;
      process.kill(world.gateway.pid, 'SIGUSR2');
      await waitFor('the step', () => world.gateway.stderr().slice(from).includes(`clock stepped to ${step}\n`));
      const before = served['by-minute'];
      await askAll();
      perStep.push(served['by-minute'] - before);
    }
    assert.equal((await running).at(-1)?.data, '[DONE]', 'the stream ended in order');
    const rows = await waitFor('the rows', () => {
      const found = readLedger(world.gateway.dataDir);
      return found.length === served['by-day'] + served['by-minute'] + 1 ? found : null;
    });
    const negative = rows.filter((row) => Number(row['durationMs']) < 0 || Number(row['firstByteMs'] ?? 0) < 0);
    t.diagnostic(
      `figure: wall clock stepped to ${STEPS_MS.map((ms) => ms / MINUTE_MS).join(', ')} min: ${served['by-day'] - ALLOWED} more in the day, ${perStep.join(', ')} more in the minute, ${negative.length} of ${rows.length} durations negative`,
    );
    assert.equal(served['by-day'], ALLOWED, 'the day was not given twice');
    assert.deepEqual(
      perStep,
      STEPS_MS.map(() => 0),
      'no step gave the minute again',
    );
    assert.deepEqual(negative, []);
  } finally {
    await world.close();
  }
});
