import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test, type TestContext } from 'node:test';
import { exchangeRecord, openRecord } from '../../../test/support/exchange-records.ts';
import { FileJournal, type FileJournalOptions } from './file-journal.ts';
import type { JournalFiles } from './journal-files.ts';
import type { FollowerStatus, JournalFollower } from './journal-follower.ts';
import type { JournalPosition } from './segment-files.ts';

/** A disk in memory that can be full, slow, or broken. */
class FakeFiles implements JournalFiles {
  readonly contents = new Map<string, string>();
  readonly closed: string[] = [];
  writes = 0;
  syncs: ((error: Error | null) => void)[] = [];
  /** Bytes that it still takes. */
  room = Number.POSITIVE_INFINITY;
  readonly #paths: string[] = [];

  open(path: string): number {
    this.contents.set(basename(path), '');
    return this.#paths.push(basename(path)) - 1;
  }
  write(fd: number, bytes: Uint8Array): number {
    this.writes += 1;
    if (this.room === 0) throw new Error('ENOSPC: no space left on device, write');
    const taken = Math.min(bytes.length, this.room);
    this.room -= taken;
    const path = this.#paths[fd] ?? '';
    this.contents.set(path, (this.contents.get(path) ?? '') + Buffer.from(bytes.subarray(0, taken)).toString('latin1'));
    return taken;
  }
  sync(_fd: number, done: (error: Error | null) => void): void {
    this.syncs.push(done);
  }
  close(fd: number): void {
    this.closed.push(this.#paths[fd] ?? '');
  }
  lines(segment = '00000001.jsonl'): string[] {
    const text = this.contents.get(segment) ?? '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.replace(/^\{"(open|settle)":\{.*"id":"([^"]*)".*$/, '$1 $2'));
  }
}

class FakeFollower implements JournalFollower {
  readonly told: JournalPosition[] = [];
  status: FollowerStatus = { position: { segment: 1, bytes: 0 }, removedBytes: 0, errors: 0, problem: null };
  written(position: JournalPosition): void {
    this.told.push(position);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Bench {
  readonly files: FakeFiles;
  readonly follower: FakeFollower;
  readonly journal: FileJournal;
  readonly sentences: string[];
  /** Lets a turn of the event loop end. */
  turn(): void;
  pass(ms: number): void;
}

function bench(t: TestContext, changes: Partial<FileJournalOptions> = {}): Bench {
  t.mock.timers.enable({ apis: ['setImmediate', 'setTimeout', 'setInterval'] });
  const files = new FakeFiles();
  const follower = new FakeFollower();
  const sentences: string[] = [];
  const onProblem = (sentence: string): void => void sentences.push(sentence);
  const journal = new FileJournal({ folder: '/data/journal', firstSegment: 1, olderBytes: 0, files, follower, flushMs: 200, onProblem, ...changes });
  const turn = (): void => t.mock.timers.tick(0);
  return { files, follower, journal, sentences, turn, pass: (ms) => t.mock.timers.tick(ms) };
}

test('writes everything of one turn at once, in order, and calls back afterwards in order', (t) => {
  const { files, journal, turn } = bench(t);
  const called: string[] = [];
  journal.open(openRecord('a'));
  journal.settle(exchangeRecord('b'), () => called.push(`b after ${files.lines().length}`));
  journal.settle(exchangeRecord('a'), () => called.push(`a after ${files.lines().length}`));
  assert.equal(files.writes, 0);
  assert.deepEqual(called, []);
  turn();
  assert.equal(files.writes, 1);
  assert.deepEqual(files.lines(), ['open a', 'settle b', 'settle a']);
  assert.deepEqual(called, ['b after 3', 'a after 3']);
});

test('a callback that throws is said and stops no other', (t) => {
  const { journal, sentences, turn } = bench(t);
  const called: string[] = [];
  journal.settle(exchangeRecord('a'), () => {
    throw new Error('socket gone');
  });
  journal.settle(exchangeRecord('b'), () => called.push('b'));
  turn();
  assert.deepEqual(called, ['b']);
  assert.match(sentences.join(), /socket gone/);
});

test('continues a batch that the disk took in part, without repeating or cutting a line', (t) => {
  const { files, journal, sentences, turn, pass } = bench(t);
  const called: string[] = [];
  files.room = 700;
  journal.settle(exchangeRecord('a'), () => called.push('a'));
  journal.settle(exchangeRecord('b'), () => called.push('b'));
  turn();
  assert.deepEqual(called, ['a', 'b'], 'a full disk fails no exchange');
  journal.settle(exchangeRecord('c'), () => called.push('c'));
  turn();
  assert.deepEqual(called, ['a', 'b', 'c']);
  assert.match(journal.status.problem ?? '', /The journal in \/data\/journal could not be written \(ENOSPC/);
  assert.equal(journal.status.writeErrors, 1);
  pass(500);
  assert.equal(journal.status.writeErrors, 2);
  assert.equal(sentences.length, 1, 'one sentence for one trouble');
  files.room = Number.POSITIVE_INFINITY;
  pass(500);
  assert.deepEqual(files.lines(), ['settle a', 'settle b', 'settle c']);
  assert.equal(journal.status.problem, null);
  assert.equal(journal.status.lost, 0);
  assert.match(sentences[1] ?? '', /can be written again/);
});

test('tells the follower whole batches only', (t) => {
  const { files, follower, journal, turn, pass } = bench(t);
  files.room = 100;
  journal.settle(exchangeRecord('a'), () => {});
  turn();
  pass(200);
  assert.deepEqual(follower.told, []);
  files.room = Number.POSITIVE_INFINITY;
  pass(400);
  const bytes = files.contents.get('00000001.jsonl')?.length;
  assert.deepEqual(follower.told, [{ segment: 1, bytes }]);
  pass(400);
  assert.equal(follower.told.length, 1, 'nothing new, nothing told');
});

test('beyond the queue, records are given up, counted, and still hold up nobody', (t) => {
  const { files, journal, turn } = bench(t, { queueRecords: 3 });
  let called = 0;
  files.room = 0;
  for (let count = 0; count < 5; count += 1) {
    journal.settle(exchangeRecord(`x${count}`), () => (called += 1));
    turn();
  }
  assert.equal(called, 5);
  assert.equal(journal.status.lost, 2);
  assert.equal(journal.status.lag, 3);
});

test('the lag counts settled exchanges that the ledger has not taken', (t) => {
  const { follower, journal, turn, pass } = bench(t);
  journal.open(openRecord('a'));
  journal.settle(exchangeRecord('a'), () => {});
  turn();
  pass(200);
  journal.settle(exchangeRecord('b'), () => {});
  turn();
  pass(200);
  assert.equal(journal.status.lag, 2);
  const [first, second] = follower.told;
  follower.status = { ...follower.status, position: first ?? assert.fail() };
  assert.equal(journal.status.lag, 1);
  follower.status = { ...follower.status, position: second ?? assert.fail() };
  assert.equal(journal.status.lag, 0);
});

test('begins a new segment when one is full, and lets the old one go once it is durable', (t) => {
  const { files, journal, follower, turn, pass } = bench(t, { segmentBytes: 1500 });
  for (const id of ['a', 'b', 'c']) {
    journal.settle(exchangeRecord(id), () => {});
    turn();
  }
  assert.deepEqual(files.lines('00000001.jsonl'), ['settle a', 'settle b']);
  assert.deepEqual(files.lines('00000002.jsonl'), ['settle c']);
  assert.deepEqual(files.closed, []);
  files.syncs.shift()?.(null);
  assert.deepEqual(files.closed, ['00000001.jsonl']);
  pass(200);
  assert.deepEqual(follower.told, [{ segment: 2, bytes: files.contents.get('00000002.jsonl')?.length }]);
  assert.equal(journal.status.bytes, [...files.contents.values()].join('').length);
});

test('makes records durable each second, one call at a time, and tries again after a failure', (t) => {
  const { files, journal, turn, pass } = bench(t);
  pass(1000);
  assert.equal(files.syncs.length, 0, 'nothing was written');
  journal.settle(exchangeRecord('a'), () => {});
  turn();
  pass(1000);
  assert.equal(files.syncs.length, 1);
  journal.settle(exchangeRecord('b'), () => {});
  turn();
  pass(3000);
  assert.equal(files.syncs.length, 1, 'the last call is still under way');
  files.syncs[0]?.(new Error('EIO: i/o error, fdatasync'));
  assert.match(journal.status.problem ?? '', /could not be made durable \(EIO/);
  pass(1000);
  assert.equal(files.syncs.length, 2);
  files.syncs[1]?.(null);
  assert.equal(journal.status.problem, null);
  assert.equal(journal.status.writeErrors, 1);
});
