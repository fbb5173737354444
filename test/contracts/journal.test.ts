import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Journal } from '../../src/ports/journal.ts';
import { nodeJournalFiles } from '../../src/store/journal/journal-files.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { exchangeRecord, openRecord } from '../support/exchange-records.ts';
import { StoreFolder } from './store-folder.ts';

const LIMIT_MS = 10_000;

function settled(journal: Journal, id: string): Promise<void> {
  return new Promise((resolve) => journal.settle(exchangeRecord(id), resolve));
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; !isTrue(); await pause(5)) assert.ok(Date.now() < end, 'it did not happen in time');
}

test('a settled exchange is a row of the ledger with every field', async (t) => {
  const folder = new StoreFolder(t);
  const store = await folder.open();
  store.journal.open(openRecord('a'));
  await settled(store.journal, 'a');
  await store.close();
  const [row] = folder.rows();
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
  const folder = new StoreFolder(t);
  const store = await folder.open();
  for (let count = 0; count < 20; count += 1) store.journal.settle(exchangeRecord(`x${count}`), () => {});
  assert.equal(store.journal.status.lag, 20);
  await until(() => store.journal.status.lag === 0);
  assert.equal(folder.rows().length, 20);
  assert.ok(store.journal.status.bytes > 0);
  await store.close();
});

test('no written exchange is lost by an abrupt end, and the one under way is settled as crashed', async (t) => {
  const folder = new StoreFolder(t);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'journal-writer-process.ts'), folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.length > 20_000) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL');
  const acknowledged = said.split('\n').slice(0, -1);
  assert.ok(acknowledged.length > 1000);

  await folder.replay();
  const rows = new Map(folder.rows().map((row) => [row['id'], row]));
  assert.deepEqual(
    acknowledged.filter((id) => rows.get(id)?.['outcome'] !== 'ok'),
    [],
  );
  const crashed = rows.get('cut-off');
  assert.equal(crashed?.['outcome'], 'crashed');
  assert.equal(crashed['usage_input'], 120);
  assert.equal(crashed['usage_output'], 1024);
  assert.equal(crashed['usage_provenance'], 'estimated');
  assert.equal(crashed['cost_micro_usd'], 77);
});

test('a record that is replayed twice counts once', async (t) => {
  const folder = new StoreFolder(t);
  mkdirSync(folder.journal);
  const line = `${JSON.stringify({ settle: exchangeRecord('twice') })}\n`;
  writeFileSync(join(folder.journal, '00000001.jsonl'), line + line);
  copyFileSync(join(folder.journal, '00000001.jsonl'), join(folder.journal, '00000002.jsonl'));
  await folder.replay();
  writeFileSync(join(folder.journal, '00000001.jsonl'), line);
  await folder.replay();
  assert.equal(folder.rows().length, 1);
});

test('a torn last line is left out, said, and kept aside', async (t) => {
  const folder = new StoreFolder(t);
  mkdirSync(folder.journal);
  const path = join(folder.journal, '00000001.jsonl');
  writeFileSync(path, `${JSON.stringify({ settle: exchangeRecord('whole') })}\n{"settle":{"id":"to`);
  const bytes = readFileSync(path);
  await folder.replay();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['whole'],
  );
  assert.deepEqual(folder.segments(), ['00000001.jsonl.torn']);
  assert.deepEqual(readFileSync(`${path}.torn`), bytes);
  assert.equal(folder.sentences.length, 1);
  assert.match(folder.sentences[0] ?? '', /Line 2 of .*00000001\.jsonl was cut off/);
});

test('a damaged line in the middle costs only itself, and the sentence says file and line', async (t) => {
  const folder = new StoreFolder(t);
  mkdirSync(folder.journal);
  const path = join(folder.journal, '00000007.jsonl');
  writeFileSync(
    path,
    `${JSON.stringify({ settle: exchangeRecord('first') })}\n{"settle":{"id"\u0000\n${JSON.stringify({ settle: exchangeRecord('last') })}\n`,
  );
  await folder.replay();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['first', 'last'],
  );
  assert.deepEqual(folder.segments(), ['00000007.jsonl.corrupt']);
  assert.match(folder.sentences.join(), /00000007\.jsonl has lines that are no records \(line 2\)/);
});

test('rows older than the retention go, others stay', async (t) => {
  const folder = new StoreFolder(t);
  const store = await folder.open({ retentionDays: { exchanges: 30 } });
  const day = 86_400_000;
  for (let count = 0; count < 1200; count += 1) store.journal.settle(exchangeRecord(`old${count}`, { startedAt: Date.now() - 31 * day }), () => {});
  store.journal.settle(exchangeRecord('young', { startedAt: Date.now() - 29 * day }), () => {});
  await until(() => store.journal.status.lag === 0);
  store.setRetention({ exchanges: 30 });
  await until(() => folder.rows().length === 1);
  assert.equal(folder.rows()[0]?.['id'], 'young');
  await store.close();
});

test('a full ledger or a locked one loses nothing and holds up nobody', async (t) => {
  const folder = new StoreFolder(t);
  await folder.replay();
  const other = new DatabaseSync(folder.database);
  other.exec('begin immediate');
  const store = await folder.open();
  const started = performance.now();
  await settled(store.journal, 'meanwhile');
  assert.ok(performance.now() - started < 1000, 'the answer does not wait for the ledger');
  await until(() => store.journal.status.ledgerErrors > 0);
  assert.match(store.journal.status.problem ?? '', /headgate\.db could not be written \(database is locked\)/);
  assert.equal(store.journal.status.lag, 1);
  other.exec('rollback');
  other.close();
  await until(() => store.journal.status.lag === 0);
  assert.equal(store.journal.status.problem, null);
  await store.close();
  assert.equal(folder.rows().length, 1);
});

test('a database that is removed while the gateway runs is made anew and takes what is not older than the journal', async (t) => {
  const folder = new StoreFolder(t);
  const store = await folder.open();
  await settled(store.journal, 'before');
  await until(() => store.journal.status.lag === 0);
  for (const name of readdirSync(folder.path)) if (name.startsWith('headgate.db')) rmSync(join(folder.path, name));
  await settled(store.journal, 'after');
  await until(() => store.journal.status.lag === 0);
  await store.close();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['after', 'before'],
  );
});

test('a full disk fails no exchange, and what waited is written when there is room', async (t) => {
  const folder = new StoreFolder(t);
  let isFull = false;
  const files = {
    ...nodeJournalFiles,
    write(fd: number, bytes: Uint8Array): number {
      if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      return nodeJournalFiles.write(fd, bytes);
    },
  };
  const store = await folder.open({ files });
  await settled(store.journal, 'a');
  isFull = true;
  await settled(store.journal, 'b');
  await settled(store.journal, 'c');
  assert.match(store.journal.status.problem ?? '', /ENOSPC/);
  assert.ok(store.journal.status.writeErrors > 0);
  isFull = false;
  await until(() => store.journal.status.lag === 0);
  assert.equal(store.journal.status.problem, null);
  assert.equal(store.journal.status.lost, 0);
  await store.close();
  assert.deepEqual(
    folder.rows().map((row) => row['id']),
    ['a', 'b', 'c'],
  );
});

function refusal(file: string, more: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError);
    assert.ok(error.message.includes(file), error.message);
    assert.match(error.message, more);
    return true;
  };
}

for (const [what, damage] of Object.entries({
  'is no database': (path: string) => writeFileSync(path, 'hello, this is not a database at all\n'.repeat(100)),
  'is cut short': (path: string) => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size - 4096 * 3)),
  'has damaged pages': (path: string) => {
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, 4096 * 4);
    writeFileSync(path, bytes);
  },
})) {
  test(`a database that ${what} is refused with a sentence and left as it is`, async (t) => {
    const folder = new StoreFolder(t);
    await folder.replay();
    damage(folder.database);
    appendFileSync(join(folder.journal, '00000009.jsonl'), `${JSON.stringify({ settle: exchangeRecord('waiting') })}\n`);
    const bytes = readFileSync(folder.database);
    await assert.rejects(folder.open(), refusal(folder.database, /is damaged: .*headgate backup restore/));
    assert.deepEqual(readFileSync(folder.database), bytes);
    assert.deepEqual(folder.segments(), ['00000009.jsonl'], 'the journal waits for the restored database');
  });
}

test('a database of a newer schema is refused with a sentence and left as it is', async (t) => {
  const folder = new StoreFolder(t);
  await folder.replay();
  const newer = new DatabaseSync(folder.database);
  newer.exec("insert into schema_migrations (version, name, applied_at) values (99, 'from the future', 0)");
  newer.close();
  const bytes = readFileSync(folder.database);
  await assert.rejects(folder.open(), refusal(folder.database, /newer Headgate \(schema 99; .*headgate backup restore/));
  assert.deepEqual(readFileSync(folder.database), bytes);
});

test('two gateways never write one data directory, and the second can when the first is gone', async (t) => {
  const folder = new StoreFolder(t);
  const first = await folder.open();
  await assert.rejects(folder.open(), refusal(folder.journal, new RegExp(`in use by another Headgate \\(process ${process.pid} on`)));
  await first.close();
  await folder.replay();
});

test('a data directory that cannot be made is refused with a sentence', async (t) => {
  const folder = new StoreFolder(t);
  const path = join(folder.path, 'file');
  writeFileSync(path, '');
  await assert.rejects(folder.open({ dataDir: join(path, 'data') }), refusal(path, /cannot be used: .*Headgate needs to read and write it/));
});
