import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PasswordHasher } from './password-hasher.ts';
import { readPasswordPhc } from './password-phc.ts';
import { WorkQueue, WorkQueueFull } from './work-queue.ts';

const PASSWORD = 'correct horse battery';
/** Cheap, for tests that are not about the cost. */
const CHEAP = { memoryKib: 8, passes: 1, parallelism: 1 };

test('a password is hashed with argon2id at 19 MiB, two passes and one lane, each time with another salt', async () => {
  const hasher = new PasswordHasher();
  const [one, two] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/u);
  assert.notEqual(one.split('$')[4], two.split('$')[4]);
  assert.equal(await hasher.verify(PASSWORD, one), true);
  assert.equal(await hasher.verify(`${PASSWORD} `, one), false);
  assert.equal(hasher.needsRehash(one), false);
});

test('hashes of the reference implementation are verified', async () => {
  const hasher = new PasswordHasher();
  // From test.c of the argon2 reference implementation, version 0x13, argon2id.
  const vectors: [string, string][] = [
    ['password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
    ['password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'],
    ['differentpassword', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94'],
  ];
  for (const [password, stored] of vectors) {
    assert.equal(await hasher.verify(password, stored), true, stored);
    assert.equal(await hasher.verify(`${password}x`, stored), false);
    assert.equal(hasher.needsRehash(stored), true);
  }
});

test('the same letters are the same password however a keyboard writes them', async () => {
  const hasher = new PasswordHasher(CHEAP);
  assert.equal(await hasher.verify('caf\u0065\u0301 ﬁve times', await hasher.hash('caf\u00e9 five times')), true);
});

test('for a user who does not exist the same hash is computed, and the answer is no', async () => {
  let runs = 0;
  class CountingQueue extends WorkQueue {
    override run<Result>(work: () => Promise<Result>): Promise<Result> {
      runs += 1;
      return super.run(work);
    }
  }
  const hasher = new PasswordHasher(CHEAP, new CountingQueue(2, 2));
  assert.equal(await hasher.verify(PASSWORD, null), false);
  assert.equal(await hasher.verify(PASSWORD, 'no hash at all'), false);
  assert.equal(await hasher.verify(PASSWORD, ''), false);
  assert.equal(runs, 3);
});

test('a hash of another cost is made anew, one of another kind too', () => {
  const hasher = new PasswordHasher();
  const salt = 'A'.repeat(22);
  const tail = `$${salt}$${'A'.repeat(43)}`;
  assert.equal(hasher.needsRehash(`$argon2id$v=19$m=19456,t=2,p=1${tail}`), false);
  for (const stored of [
    `$argon2id$v=19$m=9216,t=2,p=1${tail}`,
    `$argon2id$v=19$m=19456,t=1,p=1${tail}`,
    `$argon2i$v=19$m=19456,t=2,p=1${tail}`,
    '$2b$12$abcdefghijklmnopqrstuv',
    `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${'A'.repeat(22)}`,
  ]) {
    assert.equal(hasher.needsRehash(stored), true, stored);
  }
});

test('a stored hash cannot ask for gigabytes or minutes', () => {
  const tail = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  for (const cost of ['m=4194304,t=2,p=1', 'm=19456,t=999,p=1', 'm=19456,t=2,p=64', 'm=0,t=2,p=1', 'm=8,t=1,p=2', 'm=1e3,t=2,p=1']) {
    assert.equal(readPasswordPhc(`$argon2id$v=19$${cost}${tail}`), null, cost);
  }
});

test('two passwords are hashed at a time, some wait in order, the rest are turned away at once', async () => {
  const queue = new WorkQueue(2, 2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const runs = Array.from({ length: 5 }, (_, index) =>
    queue
      .run(() => {
        begun.push(index);
        return new Promise<void>((resolve) => ends.push(resolve));
      })
      .then(
        () => 'done',
        (error: unknown) => (error instanceof WorkQueueFull ? 'full' : 'failed'),
      ),
  );
  assert.equal(await runs[4], 'full');
  assert.deepEqual(begun, [0, 1]);
  ends[1]!();
  await runs[1];
  assert.deepEqual(begun, [0, 1, 2]);
  const late = queue.run(() => Promise.resolve(begun.push(9)));
  assert.deepEqual(begun, [0, 1, 2], 'the free place went to the one who waited');
  ends[0]!();
  await runs[0];
  for (const end of ends) end();
  assert.deepEqual(await Promise.all(runs.slice(0, 3)), ['done', 'done', 'done']);
  ends[3]!();
  assert.equal(await runs[3], 'done');
  await late;
  assert.equal(await queue.run(() => Promise.resolve('after all')), 'after all');
});

test('work that fails gives its place back', async () => {
  const queue = new WorkQueue(1, 0);
  await assert.rejects(
    queue.run(() => Promise.reject(new Error('failed'))),
    /failed/u,
  );
  assert.equal(await queue.run(() => Promise.resolve(1)), 1);
});
