import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { StoreFolder } from '../contracts/store-folder.ts';
import { assertNothingLost } from '../support/assert-nothing-lost.ts';
import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { runMany } from '../support/run-many.ts';

const RECORDS = 160;
const STEPS = 25;

function reasonAgainstTracing(): string | null {
  const missing = reasonAgainstTools('strace');
  if (missing !== null) return missing;
  const { status, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `strace may not trace here (${stderr.trim()})`;
}

interface Run {
  readonly acknowledged: readonly string[];
  readonly signal: NodeJS.Signals | null;
  readonly isClosed: boolean;
}

/** Runs the settling process under strace, which plants the fault into its system calls. */
async function runInjected(folder: StoreFolder, fault: string): Promise<Run> {
  const program = [process.execPath, join(import.meta.dirname, 'settling-process.ts'), folder.path, String(RECORDS)];
  const calls = fault.slice(0, fault.indexOf(':'));
  const child = spawn('strace', ['-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${fault}`, ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const lines = said.split('\n').slice(0, -1);
  return { acknowledged: lines.filter((line) => line.startsWith('x-')), signal: child.signalCode, isClosed: lines.includes('closed') };
}

/** Two at a time: the n-th call of each kind fails. */
function eachStep(act: (n: number) => Promise<Run>): Promise<readonly Run[]> {
  return runMany(STEPS, 2, (index) => act(1 + index * 2));
}

async function runAndCheck(t: TestContext, fault: string): Promise<Run> {
  const folder = new StoreFolder(t);
  const run = await runInjected(folder, fault);
  await assertNothingLost(folder, run.acknowledged, fault);
  return run;
}

test('killed at the n-th sync, the database is sound and no acknowledged record is lost or there twice', async (t) => {
  if (!hasNeeds(t, reasonAgainstTracing())) return;
  const runs = await eachStep((n) => runAndCheck(t, `fsync,fdatasync:signal=SIGKILL:when=${n}`));
  const killed = runs.filter(({ isClosed }) => !isClosed);
  t.diagnostic(`figure: SIGKILL at the n-th fsync or fdatasync, n = 1 to ${STEPS * 2 - 1}: 0 of ${runs.length} runs broke an invariant (${killed.length} were killed, after ${killed.map(({ acknowledged }) => acknowledged.length).join(', ')} records)`);
  assert.ok(killed.length > STEPS / 3, 'the fault took hold in enough runs');
});

for (const [what, fault] of [
  ['n-th write of the database fails with an I/O error', 'pwrite64:error=EIO'],
  ['n-th sync of the database fails with an I/O error', 'fsync:error=EIO'],
  ['database finds the disk full at its n-th write and the three after it', 'pwrite64:error=ENOSPC'],
] as const) {
  test(`when the ${what}, nothing acknowledged is lost and the process goes on`, async (t) => {
    if (!hasNeeds(t, reasonAgainstTracing())) return;
    const isLong = fault.includes('ENOSPC');
    const runs = await runMany(8, 2, (index) => runAndCheck(t, `${fault}:when=${1 + index * 6}${isLong ? `..${4 + index * 6}` : ''}`));
    const ended = runs.filter(({ isClosed, signal }) => isClosed && signal === null).length;
    t.diagnostic(`figure: ${what}, n = 1 to 43: 0 of ${runs.length} runs broke an invariant, ${ended} ended in order`);
    assert.equal(ended, runs.length);
    assert.ok(runs.every(({ acknowledged }) => acknowledged.length === RECORDS));
  });
}
