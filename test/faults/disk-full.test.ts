import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { runMany } from '../support/run-many.ts';
import { waitFor } from '../support/wait-for.ts';

const DISK_MEBIBYTES = 8;
const REQUESTS = 300;
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }];
const MOUNT = `mount -t tmpfs -o size=${DISK_MEBIBYTES}m tmpfs "$DATA_DIR" && exec "$@"`;

/** The word that makes a mount namespace of its own here; root needs no user namespace. */
const NAMESPACE = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-Urm'];

function reasonAgainstMounts(): string | null {
  const missing = reasonAgainstTools('unshare', 'mount');
  if (missing !== null) return missing;
  const folder = mkdtempSync(join(tmpdir(), 'headgate-mount-'));
  const [program = '', ...args] = NAMESPACE;
  const { status, stderr } = spawnSync(program, [...args, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? null : `a file system of 8 MiB cannot be mounted here (${stderr.trim()})`;
}

/** Writes until nothing more fits. */
function fillUp(path: string): void {
  const fd = openSync(path, 'w');
  try {
    for (let piece = Buffer.alloc(64 * 1024); piece.length > 0;) {
      try {
        writeSync(fd, piece);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        // The last bytes too: the journal takes what little there is.
        piece = piece.subarray(0, Math.floor(piece.length / 2));
      }
    }
  } finally {
    closeSync(fd);
  }
}

test('with a full disk every request is served, and when there is room again every row is there without a restart', async (t) => {
  if (!hasNeeds(t, reasonAgainstMounts())) return;
  const home = mkdtempSync(join(tmpdir(), 'headgate-full-'));
  const dataDir = join(home, 'data');
  mkdirSync(dataDir);
  const world = await MockedGateway.start({ providers: PROVIDERS, dataDir, under: [...NAMESPACE, 'sh', '-c', MOUNT, 'sh'] });
  // The disk is seen by the gateway only; its way is through the gateway's own root.
  const seen = `/proc/${world.gateway.pid}/root${dataDir}`;
  const ids: string[] = [];
  const ask = async (count: number): Promise<number> => {
    const answers = await runMany(count, 10, () => world.chat('m'));
    for (const { headers, status } of answers) if (status === 200) ids.push(String(headers['x-request-id']));
    return answers.filter(({ status }) => status !== 200).length;
  };
  try {
    let failed = await ask(50);
    fillUp(join(seen, 'ballast'));
    failed += await ask(REQUESTS);
    // The journal syncs and the ledger tries again within a second or two.
    await waitFor('the alert', async () => (await MetricsReading.of(world.origin)).sum('headgate_journal_errors_total') > 0);
    failed += await ask(REQUESTS);
    const word = (await world.send('/health/ready', { key: null })).json() as { status: string; ledger: string };
    rmSync(join(seen, 'ballast'));
    const freeAt = performance.now();
    await waitFor(
      'all records to be moved',
      async () => {
        const metrics = await MetricsReading.of(world.origin);
        return metrics.sum('headgate_journal_lag_records') === 0;
      },
      { timeoutMs: 15_000, intervalMs: 50 },
    );
    const recoveryMs = performance.now() - freeAt;
    failed += await ask(50);
    await waitFor('the last ones too', async () => (await MetricsReading.of(world.origin)).sum('headgate_journal_lag_records') === 0, {
      timeoutMs: 8000,
    });
    const metrics = await MetricsReading.of(world.origin);
    const { rows, integrity } = inspectCopy(seen, home);
    t.diagnostic(
      `figure: disk of ${DISK_MEBIBYTES} MiB full: ${failed} of ${ids.length + failed} requests failed, 0 crashes, integrity ${integrity}, ${rows.length} rows for ${ids.length} answers, ` +
        `well again ${recoveryMs.toFixed(0)} ms after there was room, ${metrics.sum('headgate_journal_errors_total')} write errors in the metrics`,
    );
    assert.equal(failed, 0);
    assert.equal(word.status, 'ready');
    assert.match(word.ledger, /could not be written/);
    assert.equal(integrity, 'ok');
    assert.deepEqual(rows.toSorted(), ids.toSorted());
    assert.equal(metrics.sum('headgate_journal_lost_records_total'), 0);
    assert.ok(existsSync(`/proc/${world.gateway.pid}/root`), 'it is the same process');
  } finally {
    await world.close();
    rmSync(home, { recursive: true, force: true });
  }
});

/** SQLite resolves the way through /proc to nothing: the quiet database is copied out. */
function inspectCopy(seen: string, home: string): { readonly rows: readonly string[]; readonly integrity: string } {
  const copy = join(home, 'copy.db');
  for (const end of ['', '-wal']) if (existsSync(join(seen, `headgate.db${end}`))) copyFileSync(join(seen, `headgate.db${end}`), `${copy}${end}`);
  const database = new DatabaseSync(copy);
  try {
    const rows = database
      .prepare('select id from exchanges')
      .all()
      .map((row) => String(row['id']));
    return { rows, integrity: String(database.prepare('pragma integrity_check').get()?.['integrity_check']) };
  } finally {
    database.close();
  }
}
