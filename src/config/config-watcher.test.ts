import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { DEFAULT_SETTINGS } from './compile-settings.ts';
import { ConfigWatcher, type ReloadResult } from './config-watcher.ts';
import { SnapshotHolder } from './snapshot-holder.ts';
import type { GatewaySnapshot } from './snapshot.ts';

let directory: string;
let file: string;
let holder: SnapshotHolder;
let watcher: ConfigWatcher | undefined;
/** Reports that nobody has waited for yet, and those who wait. */
let reports: ReloadResult[];
let waiting: ((result: ReloadResult) => void)[];

function snapshot(revision: number, source: string): GatewaySnapshot {
  return {
    revision,
    source,
    providers: [],
    providersById: new Map(),
    offers: new Map(),
    openProviders: [],
    callers: new Map(),
    callerCount: 0,
    settings: DEFAULT_SETTINGS,
  };
}

function start(): void {
  watcher = new ConfigWatcher(
    {
      file,
      holder,
      compile: (text) => {
        if (text.includes('bad')) throw new Error('bad file');
        return snapshot(holder.current.revision + 1, text);
      },
      report: (result) => {
        const next = waiting.shift();
        if (next === undefined) reports.push(result);
        else next(result);
      },
      debounceMs: 20,
      pollMs: 50,
    },
    'one',
  );
}

function nextReport(): Promise<ReloadResult> {
  const ready = reports.shift();
  if (ready !== undefined) return Promise.resolve(ready);
  // The timers of the watcher do not keep the process alive; this one does.
  const alive = setInterval(() => undefined, 1000);
  return new Promise<ReloadResult>((resolve) => waiting.push(resolve)).finally(() => clearInterval(alive));
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headgate-watch-'));
  file = join(directory, 'headgate.yaml');
  writeFileSync(file, 'one');
  holder = new SnapshotHolder(snapshot(1, 'one'));
  reports = [];
  waiting = [];
});

afterEach(() => {
  watcher?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('a changed file is swapped in whole', { timeout: 5000 }, async () => {
  start();
  writeFileSync(file, 'two');
  assert.deepEqual(await nextReport(), { ok: true, revision: 2 });
  assert.equal(holder.current.source, 'two');
});

test('a file that was put in the place of the old one is noticed, also the second time', { timeout: 5000 }, async () => {
  start();
  for (const [text, revision] of [
    ['two', 2],
    ['three', 3],
  ] as const) {
    writeFileSync(join(directory, 'new.tmp'), text);
    renameSync(join(directory, 'new.tmp'), file);
    assert.deepEqual(await nextReport(), { ok: true, revision });
    assert.equal(holder.current.source, text);
  }
});

test('a file that changes without a pause is read nevertheless', { timeout: 5000 }, async () => {
  start();
  let change = 0;
  const writing = setInterval(() => writeFileSync(file, `change ${(change += 1)}`), 2);
  const result = await nextReport();
  const isWriting = change > 0;
  clearInterval(writing);
  assert.equal(isWriting, true);
  assert.deepEqual(result, { ok: true, revision: 2 });
});

test('a bad file leaves the last good one in force, and a good one after it is taken', { timeout: 5000 }, async () => {
  start();
  writeFileSync(file, 'bad');
  const result = await nextReport();
  assert.equal(!result.ok && result.error.message, 'bad file');
  assert.equal(holder.current.source, 'one');
  writeFileSync(file, 'one');
  assert.deepEqual(await nextReport(), { ok: true, revision: 2 });
});

test('a deleted file leaves the last good one in force, told once, until it is back', { timeout: 5000 }, async () => {
  start();
  rmSync(file);
  const result = await nextReport();
  assert.match(result.ok ? '' : result.error.message, /was deleted; the last good configuration stays in force/u);
  assert.equal(holder.current.source, 'one');
  writeFileSync(file, 'back');
  assert.deepEqual(await nextReport(), { ok: true, revision: 2 });
  assert.deepEqual(reports, []);
});

test('a change between reading and watching is not lost', { timeout: 5000 }, async () => {
  writeFileSync(file, 'earlier');
  start();
  assert.deepEqual(await nextReport(), { ok: true, revision: 2 });
});

test('other files of the directory and an untouched text change nothing', { timeout: 5000 }, async () => {
  start();
  writeFileSync(join(directory, 'journal.log'), 'line');
  writeFileSync(file, 'one');
  writeFileSync(join(directory, 'journal.log'), 'line line');
  writeFileSync(file, 'two');
  assert.deepEqual(await nextReport(), { ok: true, revision: 2 });
  assert.deepEqual(reports, []);
});
