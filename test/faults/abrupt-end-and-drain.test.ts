import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const CLIENTS = 200;
const STREAMS = 50;
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345', 'sk-vendor-67890'] }];

/** A request as its client saw it. */
interface Seen {
  readonly id: string;
  readonly isComplete: boolean;
}

/** One client that asks again and again, streams and whole answers in turn, until the gateway is gone. */
async function client(world: MockedGateway, number: number, seen: Seen[]): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    let id = '';
    try {
      const answer = await world.open('/v1/chat/completions', { body: { ...chatBody('m'), stream: (turn + number) % 2 === 0 } });
      id = String(answer.headers['x-request-id']);
      let text = '';
      for await (const part of answer.bytes) text += part.toString('latin1');
      const isStream = answer.headers['content-type']?.includes('event-stream') === true;
      seen.push({ id, isComplete: answer.status === 200 && (isStream ? text.includes('[DONE]') : text.endsWith('}')) });
    } catch {
      if (id !== '') seen.push({ id, isComplete: false });
      return;
    }
  }
}

test('kill -9 under 200 concurrent requests loses no answered exchange and counts none twice', async (t) => {
  const world = await MockedGateway.start({ providers: PROVIDERS });
  try {
    world.script({ rules: [{ chunks: 20, intervalMs: 25 }] });
    const seen: Seen[] = [];
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(world, number, seen));
    await waitFor('a thousand answers', () => seen.length > 1000, { timeoutMs: 10_000 });
    await world.gateway.kill9();
    await Promise.all(clients);
    await world.gateway.restart();
    const complete = seen.filter(({ isComplete }) => isComplete).map(({ id }) => id);
    const rows: readonly LedgerRow[] = await waitFor(
      'the rows',
      () => {
        const found = readLedger(world.gateway.dataDir);
        const known = new Set(found.map((row) => row['id']));
        // Those under way are settled last, when all else was read.
        return complete.every((id) => known.has(id)) && found.some((row) => row['outcome'] === 'crashed') ? found : null;
      },
      { timeoutMs: 8000, intervalMs: 100 },
    ).catch(() => readLedger(world.gateway.dataDir));
    const counts = new Map<unknown, number>();
    for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
    const lost = complete.filter((id) => counts.get(id) !== 1).length;
    const crashed = rows.filter((row) => row['outcome'] === 'crashed').length;
    const cut = seen.length - complete.length;
    t.diagnostic(
      `figure: kill -9 under ${CLIENTS} requests: ${lost} of ${complete.length} answered exchanges missing, ${rows.length - counts.size} double; ${cut} were cut, ${crashed} settled as crashed`,
    );
    assert.equal(lost, 0);
    assert.equal(counts.size, rows.length);
    assert.ok(seen.every(({ id }) => (counts.get(id) ?? 0) <= 1));
    assert.ok(cut > 0 && crashed > 0, 'the kill met requests under way');
    const answered = new Set(complete);
    const unmeasured = rows.filter((row) => answered.has(String(row['id'])) && (row['outcome'] !== 'ok' || row['usageProvenance'] !== 'measured'));
    assert.deepEqual(unmeasured, [], 'what was answered is settled as answered, with its figures');
  } finally {
    await world.close();
  }
});

test('SIGTERM under 50 streams: all of them end in order, nobody else is let in, and the exit code is 0', async (t) => {
  const world = await MockedGateway.start({ providers: PROVIDERS });
  try {
    world.script({ rules: [{ chunks: 40, intervalMs: 40 }] });
    const streams = Array.from({ length: STREAMS }, async () => {
      const answer = await world.streamChat('m');
      const events = await Array.fromAsync(answer.events);
      return { last: events.at(-1)?.data, count: events.length };
    });
    await waitFor('the streams', () => world.received('vendor').length === STREAMS);
    const stopped = world.gateway.stop();
    // The signal needs a moment to be heard, and what waits at the door at that instant is turned away; from then on it is closed.
    await waitFor('a refused connection', () =>
      world.chat('m').then(
        () => false,
        (error: unknown) => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED',
      ),
    );
    const doneMeanwhile = world.received('vendor').filter(({ finishedAt }) => finishedAt !== null).length;
    const ended = await Promise.all(streams);
    const code = await stopped;
    const whole = ended.filter(({ last, count }) => last === '[DONE]' && count >= 40).length;
    t.diagnostic(
      `figure: SIGTERM under ${STREAMS} streams: ${whole} ended in order, new connections refused while ${STREAMS - Math.min(STREAMS, doneMeanwhile)} still ran, exit code ${String(code)}`,
    );
    assert.equal(whole, STREAMS);
    assert.ok(doneMeanwhile < STREAMS);
    assert.equal(code, 0);
    assert.ok(readLedger(world.gateway.dataDir).length >= STREAMS);
  } finally {
    await world.close();
  }
});
