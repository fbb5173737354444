import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { DatabaseConfig } from '../../src/config/database-config.ts';
import type { PublicModel } from '../../src/domain/ids.ts';
import type { Journal } from '../../src/ports/journal.ts';
import { ExchangeReader } from '../../src/store/exchange-reader.ts';
import { exchangeRecord, openRecord } from '../support/exchange-records.ts';
import { DATABASE_KINDS, startTestDatabases, withDatabase, type DatabaseKind } from '../support/test-databases.ts';
import { waitFor } from '../support/wait-for.ts';
import { StoreFolder } from './store-folder.ts';

const databases = await startTestDatabases();

function settled(journal: Journal, id: string): Promise<void> {
  return new Promise((resolve) => journal.settle(exchangeRecord(id), resolve));
}

function moved(journal: Journal): Promise<true> {
  return waitFor('a ledger that has everything', () => journal.status.lag === 0, {
    timeoutMs: 10_000,
    describe: () => JSON.stringify(journal.status),
  });
}

describe('the store', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, () => describeStore(kind));
});

function describeStore(kind: DatabaseKind): void {
  test('a settled exchange is a row of the ledger with every field', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    const store = await folder.open();
    store.journal.open(openRecord('a'));
    await settled(store.journal, 'a');
    await store.close();
    const [row] = await folder.readRows();
    assert.deepEqual(
      { ...row },
      {
        id: 'a',
        started_at: Date.UTC(2026, 10, 20, 12),
        duration_ms: 812.5,
        first_byte_ms: 301.25,
        status: 200,
        outcome: 'ok',
        error_code: null,
        protocol: 'openai-chat',
        method: 'POST',
        endpoint: '/v1/chat/completions',
        public_model: 'fast',
        provider: 'openai-main',
        upstream_model: 'gpt-4o-mini',
        answered_model: 'gpt-4o-mini-2024-07-18',
        virtual_key_id: 'team-a',
        key_id: 'k-0123abcd',
        stream: 0,
        usage_input: 100,
        usage_cache_read: 20,
        usage_cache_write: 0,
        usage_output: 50,
        usage_reasoning: 10,
        usage_audio_input: 0,
        usage_audio_output: 0,
        usage_provenance: 'measured',
        cost_micro_usd: 45,
        price_version: '2026.9.22',
        attempts: JSON.stringify(exchangeRecord('a').attempts),
        trace: JSON.stringify(exchangeRecord('a').trace),
        client_request_id: null,
        revision: 3,
      },
    );
    assert.deepEqual(folder.segments(), [], 'what is in the ledger is no longer in the journal');
    assert.deepEqual(folder.sentences, []);
  });

  test('records reach the ledger while the gateway runs, and the lag says how many have not yet', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    const store = await folder.open();
    for (let count = 0; count < 20; count += 1) store.journal.settle(exchangeRecord(`x${count}`), () => {});
    assert.equal(store.journal.status.lag, 20);
    await moved(store.journal);
    assert.equal((await folder.readRows()).length, 20);
    assert.ok(store.journal.status.bytes > 0);
    await store.close();
  });

  test('no written exchange is lost or there twice after an abrupt end, and the one under way is settled as crashed', async (t) => {
    const database = await databases.create(kind);
    const folder = new StoreFolder(t, database);
    const program = join(import.meta.dirname, 'journal-writer-process.ts');
    const child = spawn(process.execPath, [program, folder.path, JSON.stringify(database)], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const closed = once(child, 'close');
    await waitFor('rows of a part of the journal', async () => said.length > 20_000 && (await countRows(database)) > 100, {
      timeoutMs: 20_000,
      intervalMs: 50,
    });
    child.kill('SIGKILL');
    await closed;
    const acknowledged = said.split('\n').slice(0, -1);
    const before = await countRows(database);
    assert.ok(before < acknowledged.length, `${before} of ${acknowledged.length} rows were there already`);

    await folder.replay();
    const rows = new Map((await folder.readRows()).map((row) => [row.id, row]));
    assert.deepEqual(
      acknowledged.filter((id) => rows.get(id)?.outcome !== 'ok'),
      [],
    );
    const crashed = rows.get('cut-off');
    assert.equal(crashed?.outcome, 'crashed');
    assert.equal(crashed.usage_input, 120);
    assert.equal(crashed.usage_output, 1024);
    assert.equal(crashed.usage_provenance, 'estimated');
    assert.equal(crashed.cost_micro_usd, 77);
    const total = await withDatabase(database, ({ db }) => new ExchangeReader(db).total({}));
    assert.equal(total.exchanges, rows.size);
    const settledRows = [...rows.values()].filter((row) => row.outcome === 'ok').length;
    assert.equal(total.costMicroUsd, settledRows * 45 + 77);
  });

  test('a record that is replayed twice counts once', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    mkdirSync(folder.journal);
    const line = `${JSON.stringify({ settle: exchangeRecord('twice') })}\n`;
    writeFileSync(join(folder.journal, '00000001.jsonl'), line + line);
    copyFileSync(join(folder.journal, '00000001.jsonl'), join(folder.journal, '00000002.jsonl'));
    await folder.replay();
    writeFileSync(join(folder.journal, '00000001.jsonl'), line);
    await folder.replay();
    assert.equal((await folder.readRows()).length, 1);
  });

  test('a torn last line is left out, said, and kept aside', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    mkdirSync(folder.journal);
    const path = join(folder.journal, '00000001.jsonl');
    writeFileSync(path, `${JSON.stringify({ settle: exchangeRecord('whole') })}\n{"settle":{"id":"to`);
    const bytes = readFileSync(path);
    await folder.replay();
    assert.deepEqual(
      (await folder.readRows()).map((row) => row.id),
      ['whole'],
    );
    assert.deepEqual(folder.segments(), ['00000001.jsonl.torn']);
    assert.deepEqual(readFileSync(`${path}.torn`), bytes);
    assert.equal(folder.sentences.length, 1);
    assert.match(folder.sentences[0] ?? '', /Line 2 of .*00000001\.jsonl was cut off/);
  });

  test('a damaged line in the middle costs only itself, and the sentence says file and line', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    mkdirSync(folder.journal);
    const path = join(folder.journal, '00000007.jsonl');
    writeFileSync(
      path,
      `${JSON.stringify({ settle: exchangeRecord('first') })}\n{"settle":{"id"\u0000\n${JSON.stringify({ settle: exchangeRecord('last') })}\n`,
    );
    await folder.replay();
    assert.deepEqual(
      (await folder.readRows()).map((row) => row.id),
      ['first', 'last'],
    );
    assert.deepEqual(folder.segments(), ['00000007.jsonl.corrupt']);
    assert.match(folder.sentences.join(), /00000007\.jsonl has lines that are no records \(line 2\)/);
  });

  test('rows older than the retention go in bounded batches, others stay', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    const store = await folder.open({ retentionDays: { exchanges: 30 } });
    const day = 86_400_000;
    for (let count = 0; count < 1200; count += 1) store.journal.settle(exchangeRecord(`old${count}`, { startedAt: Date.now() - 31 * day }), () => {});
    store.journal.settle(exchangeRecord('young', { startedAt: Date.now() - 29 * day }), () => {});
    await moved(store.journal);
    store.setRetention({ exchanges: 30 });
    const left = await waitFor('one row', async () => (await folder.readRows()).length === 1 && folder.readRows(), { timeoutMs: 10_000 });
    assert.equal(left[0]?.id, 'young');
    await store.close();
  });

  test('names and texts of any kind come back as they went in', async (t) => {
    const database = await databases.create(kind);
    const folder = new StoreFolder(t, database);
    const odd = ['Größe 漢字 🙂', 'it\'s \\ "quoted" \\\' ; drop table exchanges; --', 'line\nbreak\ttab\r%_?$1:name', 'x'.repeat(191)];
    const records = [
      ...odd.map((text, index) => exchangeRecord(`odd-${index}`, { publicModel: text as PublicModel, clientRequestId: text })),
      exchangeRecord('same'),
      exchangeRecord('SAME', { costMicroUsd: 46 }),
      exchangeRecord('sâme', { costMicroUsd: 47 }),
      exchangeRecord('large', { costMicroUsd: Number.MAX_SAFE_INTEGER, startedAt: 1 }),
      exchangeRecord('long', { trace: { candidates: ['c'.repeat(300_000)], rejected: [], moreRejected: 0, resolvedBy: 'listed' } }),
    ];
    const store = await folder.open();
    for (const record of records) store.journal.settle(record, () => {});
    await moved(store.journal);
    await store.close();
    await withDatabase(database, async ({ db }) => {
      const reader = new ExchangeReader(db);
      for (const record of records) assert.deepEqual(await reader.find(record.id), record);
      assert.equal(await reader.find('Same'), null);
    });
  });

  test('a record that no column takes as it is does not hold up the others', async (t) => {
    const folder = new StoreFolder(t, await databases.create(kind));
    const strange = {
      publicModel: 'nul\u0000 and half a pair \ud83d' as PublicModel,
      endpoint: 'e'.repeat(5000),
      status: 1e12,
      costMicroUsd: 1e300,
      durationMs: Number.POSITIVE_INFINITY,
      clientRequestId: '\u0000',
    };
    const store = await folder.open();
    store.journal.settle(exchangeRecord('strange', strange), () => {});
    store.journal.settle(exchangeRecord('plain'), () => {});
    await moved(store.journal);
    await store.close();
    const rows = await folder.readRows();
    assert.deepEqual(
      rows.map((row) => row.id),
      ['plain', 'strange'],
    );
    assert.match(rows[1]?.public_model ?? '', /^nul and half a pair/);
    assert.equal(rows[1]?.endpoint.length, 191);
    assert.deepEqual(folder.sentences, []);
  });

  test('gateways that share a database leave the open exchanges of each other alone, until they are a day old', async (t) => {
    const database = await databases.create(kind);
    const [gone, other] = [new StoreFolder(t, database), new StoreFolder(t, database)];
    const running = await gone.open();
    running.journal.open(openRecord('fresh', { startedAt: Date.now() }));
    running.journal.open(openRecord('forgotten', { startedAt: Date.now() - 90_000_000 }));
    await running.close();
    await other.replay();
    await other.replay();
    assert.deepEqual(
      (await other.readRows()).map(({ id, outcome }) => [id, outcome]),
      [['forgotten', 'crashed']],
    );
    await gone.replay();
    assert.deepEqual(
      (await gone.readRows()).map(({ id, outcome }) => [id, outcome]),
      [
        ['forgotten', 'crashed'],
        ['fresh', 'crashed'],
      ],
    );
  });
}

function countRows(database: DatabaseConfig): Promise<number> {
  return withDatabase(database, async ({ db, schema }) =>
    (await schema.hasTable(db, 'exchanges')) ? (await new ExchangeReader(db).total({})).exchanges : 0,
  );
}
