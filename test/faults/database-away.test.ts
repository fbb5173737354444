import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { quantile } from '../support/quantile.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const AWAY_MS = 6000;
const LOCKED_MS = 30_000;
/** Times are compared between spans of this length, so that a moment in which the machine was busy with something else does not decide. */
const SPAN_MS = 2500;
const INTERVAL_MS = 20;
const MOST_ADDED_MS = 5;
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }];

interface Traffic {
  readonly answers: readonly ClientAnswer[];
  readonly failed: number;
  readonly times: readonly number[];
}

/** Fifty requests a second for so long, streams and whole answers in turn. */
async function run(world: MockedGateway, durationMs: number): Promise<Traffic> {
  const answers: ClientAnswer[] = [];
  const times: number[] = [];
  let failed = 0;
  const pending: Promise<void>[] = [];
  const count = Math.floor(durationMs / INTERVAL_MS);
  const beganAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, beganAt + index * INTERVAL_MS - performance.now())));
    const startedAt = performance.now();
    const stream = index % 2 === 0;
    const asked = world.send('/v1/chat/completions', { body: { model: 'm', messages: [], stream } });
    pending.push(
      asked.then(
        (answer) => {
          times.push(performance.now() - startedAt);
          if (answer.status === 200) answers.push(answer);
          else failed += 1;
        },
        () => void (failed += 1),
      ),
    );
  }
  await Promise.all(pending);
  return { answers, failed, times };
}

/** Every answered exchange is in the ledger, and once. */
async function assertAllRows(world: MockedGateway, answers: readonly ClientAnswer[]): Promise<number> {
  const ids = answers.map(({ headers }) => String(headers['x-request-id']));
  const rows = await waitFor(
    'every row',
    () => {
      const found = readLedger(world.gateway.dataDir);
      return found.length >= ids.length ? found : null;
    },
    { timeoutMs: 15_000, intervalMs: 100, describe: () => `${readLedger(world.gateway.dataDir).length} of ${ids.length}` },
  );
  const known = new Set(rows.map((row) => row['id']));
  assert.deepEqual(
    ids.filter((id) => !known.has(id)),
    [],
  );
  assert.equal(rows.length, ids.length);
  return rows.length;
}

const p95 = (traffic: Traffic): number => quantile(traffic.times, 0.95);

/** The median of the p95 of each span, in milliseconds. */
function usualP95({ times }: Traffic): number {
  const perSpan = SPAN_MS / INTERVAL_MS;
  const spans = Array.from({ length: Math.floor(times.length / perSpan) }, (_, index) => times.slice(index * perSpan, (index + 1) * perSpan));
  return quantile(
    spans.map((span) => quantile(span, 0.95)),
    0.5,
  );
}

async function ledgerWord(world: MockedGateway): Promise<{ readonly status: number; readonly ledger: string }> {
  const answer = await world.send('/health/ready', { key: null });
  return { status: answer.status, ledger: (answer.json() as { ledger: string }).ledger };
}

test('while the database is away every request is served, and afterwards every row is there', async (t) => {
  const world = await MockedGateway.start({ providers: PROVIDERS });
  try {
    const before = await run(world, 1000);
    const path = join(world.gateway.dataDir, 'headgate.db');
    await waitFor('the first rows', () => readLedger(world.gateway.dataDir).length === before.answers.length);
    renameSync(path, `${path}.away`);
    mkdirSync(path);
    const during = await run(world, AWAY_MS);
    const away = await ledgerWord(world);
    rmdirSync(path);
    renameSync(`${path}.away`, path);
    const afterwards = await run(world, 500);
    const answers = [...before.answers, ...during.answers, ...afterwards.answers];
    const rows = await assertAllRows(world, answers);
    const failed = before.failed + during.failed + afterwards.failed;
    t.diagnostic(
      `figure: database away for ${AWAY_MS / 1000} s at 50 requests a second: ${failed} failed, ${rows} rows for ${answers.length} answers, p95 ${p95(before).toFixed(1)} then ${p95(during).toFixed(1)} ms`,
    );
    assert.equal(failed, 0);
    assert.equal(away.status, 200, 'a gateway without its ledger is ready');
    assert.notEqual(away.ledger, 'ok');
    await waitFor('a good word', async () => (await ledgerWord(world)).ledger === 'ok');
  } finally {
    await world.close();
  }
});

test('while somebody holds the database exclusively no client waits or hears of it', async (t) => {
  const world = await MockedGateway.start({ providers: PROVIDERS });
  const path = join(world.gateway.dataDir, 'headgate.db');
  try {
    const warmUp = await run(world, 1000);
    const before = await run(world, SPAN_MS * 2);
    await waitFor('the first rows', () => readLedger(world.gateway.dataDir).length === warmUp.answers.length + before.answers.length);
    const holder = new DatabaseSync(path, { timeout: 3000 });
    holder.exec('begin exclusive');
    const during = await run(world, LOCKED_MS);
    const locked = await ledgerWord(world);
    holder.exec('rollback');
    holder.close();
    const answers = [...warmUp.answers, ...before.answers, ...during.answers];
    const busy = answers.filter(({ text }) => /SQLITE|database is locked/i.test(text)).length;
    const rows = await assertAllRows(world, answers);
    const addedMs = usualP95(during) - usualP95(before);
    t.diagnostic(
      `figure: BEGIN EXCLUSIVE held for ${LOCKED_MS / 1000} s at 50 requests a second: ${during.failed} failed, ${busy} SQLITE_BUSY to clients, p95 ${usualP95(before).toFixed(1)} then ${usualP95(during).toFixed(1)} ms ` +
        `(${addedMs.toFixed(1)} ms added), ${rows} rows for ${answers.length} answers`,
    );
    assert.equal(during.failed + before.failed + warmUp.failed, 0);
    assert.equal(busy, 0);
    assert.equal(locked.status, 200, 'a gateway whose ledger waits is ready');
    assert.notEqual(locked.ledger, 'ok', 'and says that it waits');
    assert.ok(addedMs <= MOST_ADDED_MS, `${addedMs} ms`);
  } finally {
    await world.close();
  }
});
