import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { makeDataKey, type SealedDataKey } from './data-key.ts';
import type { DataKeyStore } from './data-key-store.ts';
import { generateMasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';
import { readSealedText } from './sealed-text.ts';
import { SecretSealer, type SecretSealerParts } from './secret-sealer.ts';

const CANARY = 'canary-5f1d0c-ünïcode';
const PURPOSE = { table: 'provider_keys', row: 'openai-main/k1', column: 'secret' };

class MemoryDataKeys implements DataKeyStore {
  readonly keys: SealedDataKey[] = [];
  readonly seals = new Map<string, number>();

  list(): Promise<readonly SealedDataKey[]> {
    return Promise.resolve([...this.keys]);
  }
  insert(dataKey: SealedDataKey): Promise<void> {
    this.keys.push(dataKey);
    return Promise.resolve();
  }
  reserveSeals(dataKeyId: string, seals: number): Promise<number> {
    const after = (this.seals.get(dataKeyId) ?? 0) + seals;
    this.seals.set(dataKeyId, after);
    return Promise.resolve(after);
  }
}

function partsOf(more: Partial<SecretSealerParts> = {}): SecretSealerParts & { readonly store: MemoryDataKeys } {
  return { masterKey: generateMasterKey(), nowMs: () => 1000, ...more, store: new MemoryDataKeys() };
}

test('what was sealed opens again, also in a process that starts later', async () => {
  const parts = partsOf();
  const sealer = await SecretSealer.load(parts);
  for (const text of [CANARY, '', 'x'.repeat(100_000)]) {
    const sealed = await sealer.seal(text, PURPOSE);
    assert.match(sealed, /^sealed:v1:[0-9a-f]{16}:[\w-]+$/u);
    assert.equal(sealer.open(sealed, PURPOSE), text);
    assert.equal((await SecretSealer.load(parts)).open(sealed, PURPOSE), text);
  }
  assert.equal(parts.store.keys.length, 1);
});

test('the same text never seals to the same value', async () => {
  const sealer = await SecretSealer.load(partsOf());
  const sealed = await Promise.all(Array.from({ length: 500 }, () => sealer.seal(CANARY, PURPOSE)));
  assert.equal(new Set(sealed).size, 500);
  assert.equal(new Set(sealed.map((text) => text.slice(27, 27 + 16))).size, 500);
});

test('a value that was moved to another table, row or column does not open', async () => {
  const sealer = await SecretSealer.load(partsOf());
  const sealed = await sealer.seal(CANARY, PURPOSE);
  const elsewhere = [
    { ...PURPOSE, table: 'users' },
    { ...PURPOSE, row: 'openai-main/k2' },
    { ...PURPOSE, column: 'note' },
    // The parts are not just written one after the other.
    { ...PURPOSE, table: 'provider_keysopenai', row: '-main/k1' },
    { table: 'provider_keys', row: 'openai-main', column: '/k1secret' },
    { table: 'provider_keys","openai-main/k1', row: 'secret', column: '' },
  ];
  for (const purpose of elsewhere) assert.throws(() => sealer.open(sealed, purpose), { code: 'broken-seal' });
});

test('a value with one changed character does not open', async () => {
  const sealer = await SecretSealer.load(partsOf());
  const sealed = await sealer.seal('short', PURPOSE);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = sealed.slice(0, at) + (sealed[at] === '0' ? '1' : '0') + sealed.slice(at + 1);
    assert.throws(() => sealer.open(changed, PURPOSE), { name: 'SealError' }, `at ${at}`);
  }
  for (const changed of [sealed.slice(0, -1), `${sealed}A`, `${sealed}=`, 'sk-plain', '']) assert.throws(() => sealer.open(changed, PURPOSE));
});

test('messages, logs and stored data keys hold neither secret nor key', async () => {
  const parts = partsOf();
  const sealer = await SecretSealer.load(parts);
  const sealed = await sealer.seal(CANARY, PURPOSE);
  const shown = [inspect(sealer, { depth: 9, showHidden: true }), JSON.stringify([parts, sealer, parts.store.keys]), sealed];
  for (const open of [() => sealer.open(`${sealed.slice(0, -4)}AAAA`, PURPOSE), () => sealer.open(CANARY, PURPOSE)]) {
    assert.throws(open, (error: Error) => shown.push(inspect(error)) > 0);
  }
  const master = parts.masterKey.key.export();
  for (const secret of [CANARY, master.toString('hex'), master.toString('base64'), master.toString('base64url')]) {
    for (const text of shown) assert.ok(!text.includes(secret));
  }
});

test('a wrong master key opens no data key, and the loading says so', async () => {
  const parts = partsOf();
  await (await SecretSealer.load(parts)).seal(CANARY, PURPOSE);
  await assert.rejects(SecretSealer.load({ ...parts, masterKey: generateMasterKey() }), { code: 'wrong-master-key' });
});

test('a data key of another process is unknown until it is reloaded', async () => {
  const parts = partsOf();
  const [first, second] = [await SecretSealer.load(parts), await SecretSealer.load(parts)];
  const sealed = await first.seal(CANARY, PURPOSE);
  assert.throws(() => second.open(sealed, PURPOSE), { code: 'unknown-data-key' });
  await second.reload();
  assert.equal(second.open(sealed, PURPOSE), CANARY);
});

test('a data key that another process began seals from the next reload on', async () => {
  const parts = partsOf();
  const [first, second] = [await SecretSealer.load(parts), await SecretSealer.load(parts)];
  const old = await first.seal(CANARY, PURPOSE);
  await second.reload();
  await second.startDataKey();
  await first.reload();
  const sealed = await first.seal(CANARY, PURPOSE);
  const [oldKey, newKey] = parts.store.keys;
  assert.deepEqual([readSealedText('sealed', old)?.keyId, readSealedText('sealed', sealed)?.keyId], [oldKey?.id, newKey?.id]);
  assert.equal(first.open(old, PURPOSE), CANARY);
});

test('a master key that another process put into force is taken when a data key needs it, and refused where it is not to be had', async () => {
  const parts = partsOf();
  const next = { masterKey: generateMasterKey(), store: parts.store };
  const sealer = await SecretSealer.load({ ...parts, renew: () => Promise.resolve(next) });
  const withoutKey = await SecretSealer.load({ ...parts, renew: () => Promise.reject(new SealError('wrong-master-key', 'restart')) });
  const before = await sealer.seal(CANARY, PURPOSE);
  await withoutKey.reload();
  parts.store.keys.push(makeDataKey(next.masterKey, 2000));
  await sealer.reload();
  const after = await sealer.seal(CANARY, PURPOSE);
  assert.equal(readSealedText('sealed', after)?.keyId, parts.store.keys.at(-1)?.id);
  assert.equal(sealer.open(before, PURPOSE), CANARY);
  await assert.rejects(withoutKey.reload(), { code: 'wrong-master-key', message: 'restart' });
  assert.equal(withoutKey.open(before, PURPOSE), CANARY, 'what it knows it goes on opening');
});

test('a data key seals a limited number of values, then a new one does; all values go on opening', async () => {
  const parts = partsOf({ mostSeals: 10, sealsAtATime: 5 });
  const sealer = await SecretSealer.load(parts);
  const sealed = await Promise.all(Array.from({ length: 35 }, (_, index) => sealer.seal(`value ${index}`, PURPOSE)));
  const counts = Map.groupBy(sealed, (text) => text.split(':')[2]);
  assert.deepEqual(
    [...counts.values()].map((texts) => texts.length),
    [10, 10, 10, 5],
  );
  for (const [index, text] of sealed.entries()) assert.equal(sealer.open(text, PURPOSE), `value ${index}`);
});

test('the count of seals holds over restarts and over processes that seal at the same time', async () => {
  const parts = partsOf({ mostSeals: 10, sealsAtATime: 5 });
  const sealed: string[] = [];
  for (let start = 0; start < 6; start += 1) {
    const sealers = [await SecretSealer.load(parts), await SecretSealer.load(parts)];
    for (const sealer of sealers) sealed.push(await sealer.seal(CANARY, PURPOSE));
  }
  const counts = Map.groupBy(sealed, (text) => text.split(':')[2]);
  assert.equal(sealed.length, 12);
  for (const texts of counts.values()) assert.ok(texts.length <= 2);
});

test('nothing is sealed while the data key cannot be stored', async () => {
  const parts = partsOf();
  const sealer = await SecretSealer.load(parts);
  parts.store.insert = () => Promise.reject(new Error('disk full'));
  await assert.rejects(sealer.seal(CANARY, PURPOSE), /disk full/u);
  parts.store.insert = MemoryDataKeys.prototype.insert.bind(parts.store);
  assert.equal(sealer.open(await sealer.seal(CANARY, PURPOSE), PURPOSE), CANARY);
});

test('resealing moves a value to the newest data key, and leaves those that are there', async () => {
  const sealer = await SecretSealer.load(partsOf());
  const old = await sealer.seal(CANARY, PURPOSE);
  assert.equal(await sealer.reseal(old, PURPOSE), old);
  await sealer.startDataKey();
  const moved = await sealer.reseal(old, PURPOSE);
  assert.notEqual(moved.split(':')[2], old.split(':')[2]);
  assert.equal(await sealer.reseal(moved, PURPOSE), moved);
  assert.deepEqual([sealer.open(old, PURPOSE), sealer.open(moved, PURPOSE)], [CANARY, CANARY]);
});
