import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { StoreFolder } from '../contracts/store-folder.ts';
import { assertNothingLost } from '../support/assert-nothing-lost.ts';
import { hasNeeds, reasonAgainstTools } from '../support/machine-needs.ts';
import { runMany } from '../support/run-many.ts';

const RECORDS = 120;
/** Which sync kills. */
const KILLS = Array.from({ length: 16 }, (_, index) => 1 + index * 2);
/** Which call fails. */
const FAILURES = [2, 5, 9, 17, 30];

function reasonAgainstTracing(): string | null {
  const missing = reasonAgainstTools('strace');
  if (missing !== null) return missing;
  const { status, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `strace may not trace here (${stderr.trim()})`;
}

interface Run {
  readonly acknowledged: readonly string[];
  /** How often the fault took hold. */
  readonly injected: number;
  readonly isClosed: boolean;
}

/** Runs the settling process under strace, which plants the fault into its system calls. */
async function runInjected(folder: StoreFolder, fault: string): Promise<Run> {
  const program = [process.execPath, join(import.meta.dirname, 'settling-process.ts'), folder.path, String(RECORDS)];
  const calls = fault.slice(0, fault.indexOf(':'));
  const trace = join(folder.path, 'trace');
  // Without --seccomp-bpf: with it, strace 6.1 injects nothing.
  const child = spawn('strace', ['-f', '-qq', '-o', trace, '-e', `trace=${calls}`, '-e', `inject=${fault}`, ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const lines = said.split('\n').slice(0, -1);
  const injected = readFileSync(trace, 'utf8').match(/\(INJECTED\)|killed by SIGKILL/g)?.length ?? 0;
  return { acknowledged: lines.filter((line) => line.startsWith('x-')), injected, isClosed: lines.includes('closed') };
}

async function runAndCheck(t: TestContext, fault: string): Promise<Run> {
  const folder = new StoreFolder(t);
  const run = await runInjected(folder, fault);
  await assertNothingLost(folder, run.acknowledged, fault);
  return run;
}

test('killed at the n-th sync, the database is sound and no acknowledged record is lost or there twice', async (t) => {
  if (!hasNeeds(t, reasonAgainstTracing())) return;
  const runs = await runMany(KILLS.length, 2, (index) => runAndCheck(t, `fsync,fdatasync:signal=SIGKILL:when=${KILLS[index] ?? 1}`));
  t.diagnostic(
    `figure: SIGKILL at the n-th fsync or fdatasync, n = 1 to ${KILLS.at(-1) ?? 0}: 0 of ${runs.length} runs broke an invariant (killed after ${runs.map(({ acknowledged }) => acknowledged.length).join(', ')} records)`,
  );
  assert.ok(
    runs.every(({ injected, isClosed }) => injected > 0 && !isClosed),
    'the fault took hold in every run',
  );
});

for (const [what, fault] of [
  ['n-th write of the database fails with an I/O error', 'pwrite64:error=EIO'],
  ['n-th sync of the database fails with an I/O error', 'fsync:error=EIO'],
  ['database finds the disk full at its n-th write and the three after it', 'pwrite64:error=ENOSPC'],
] as const) {
  test(`when the ${what}, nothing acknowledged is lost and the process goes on`, async (t) => {
    if (!hasNeeds(t, reasonAgainstTracing())) return;
    const runs = await runMany(FAILURES.length, 2, (index) => {
      const n = FAILURES[index] ?? 1;
      return runAndCheck(t, `${fault}:when=${n}${fault.includes('ENOSPC') ? `..${n + 3}` : ''}`);
    });
    const injected = runs.reduce((sum, run) => sum + run.injected, 0);
    const whole = runs.filter(({ isClosed, acknowledged }) => isClosed && acknowledged.length === RECORDS).length;
    // The very first write is that of the lock: without it nothing may be served, and nothing was acknowledged.
    const refused = runs.filter(({ isClosed, acknowledged }) => !isClosed && acknowledged.length === 0).length;
    t.diagnostic(
      `figure: ${what}, n = ${FAILURES.join(', ')}: 0 of ${runs.length} runs broke an invariant (${injected} injected), ${whole} went on to their end, ${refused} refused to start`,
    );
    assert.equal(whole + refused, runs.length);
    assert.ok(refused <= 1);
    assert.ok(
      runs.every((run) => run.injected > 0),
      'the fault took hold in every run',
    );
  });
}
