import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ProviderId, ProviderKeyId, VirtualKeyId } from '../../domain/ids.ts';
import type { StateHome } from '../../ports/state-homes.ts';
import { MemoryStateHomes } from './memory-state-homes.ts';
import { StateHomesFile } from './state-homes-file.ts';

const home = (key: string, caller: string | null = null): StateHome => ({
  provider: 'openai' as ProviderId,
  key: key as ProviderKeyId,
  caller: caller as VirtualKeyId | null,
});

function aFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-homes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state-homes.jsonl');
}

function open(path: string, problems: string[] = []): { homes: MemoryStateHomes; file: StateHomesFile } {
  const file = new StateHomesFile(path, (sentence) => void problems.push(sentence));
  const homes = new MemoryStateHomes((id, each) => file.add(id, each));
  file.restore(homes);
  return { homes, file };
}

test('finds the key that made a stored response, and knows nothing of others', () => {
  const homes = new MemoryStateHomes();
  homes.remember('resp_1', home('k1', 'team'));
  assert.deepEqual(homes.find('resp_1'), home('k1', 'team'));
  assert.equal(homes.find('resp_2'), null);
});

test('the first home of an id stays', () => {
  const homes = new MemoryStateHomes();
  homes.remember('resp_1', home('k1'));
  homes.remember('resp_1', home('k2'));
  assert.equal(homes.find('resp_1')?.key, 'k1');
});

test('forgets the oldest when there are too many', () => {
  const homes = new MemoryStateHomes(() => {}, 2);
  for (const id of ['a', 'b', 'c']) homes.remember(id, home(id));
  assert.equal(homes.find('a'), null);
  assert.equal(homes.find('c')?.key, 'c');
});

test('homes survive a restart', (t) => {
  const path = aFile(t);
  const before = open(path);
  before.homes.remember('resp_1', home('k1', 'team'));
  before.homes.remember('resp_2', home('k2'));
  before.file.close();
  const { homes } = open(path);
  assert.deepEqual(homes.find('resp_1'), home('k1', 'team'));
  assert.deepEqual(homes.find('resp_2'), home('k2'));
});

test('a torn last line costs only itself', (t) => {
  const path = aFile(t);
  const before = open(path);
  before.homes.remember('resp_1', home('k1'));
  before.file.close();
  appendFileSync(path, '["resp_2","open');
  const { homes } = open(path);
  assert.equal(homes.find('resp_1')?.key, 'k1');
  assert.equal(homes.find('resp_2'), null);
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 2);
});

test('a file that cannot be written is told of, and the homes still serve', () => {
  const problems: string[] = [];
  const { homes, file } = open('/proc/headgate/none', problems);
  homes.remember('resp_1', home('k1'));
  file.close();
  assert.equal(homes.find('resp_1')?.key, 'k1');
  assert.match(problems.join('\n'), /could not be written/);
});
