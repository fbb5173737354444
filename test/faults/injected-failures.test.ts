import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hasNeeds } from '../support/machine-needs.ts';
import { INJECTED_RECORDS, reasonAgainstTracing, runInjectedStore } from '../support/run-injected-store.ts';
import { runMany } from '../support/run-many.ts';

/** The call that fails: evenly spread over the first 50, and another one for each fault. */
const CALLS = 50;
const STEP = 6;
const AT_A_TIME = 4;

for (const [first, what, fault] of [
  [1, 'n-th write of the database fails with an I/O error', 'pwrite64:error=EIO'],
  [2, 'n-th sync of the database fails with an I/O error', 'fsync:error=EIO'],
  [3, 'database finds the disk full at its n-th write and the three after it', 'pwrite64:error=ENOSPC'],
] as const) {
  test(`when the ${what}, nothing acknowledged is lost and the process goes on`, async (t) => {
    if (!hasNeeds(t, reasonAgainstTracing())) return;
    const numbers = Array.from({ length: Math.ceil((CALLS - first + 1) / STEP) }, (_, index) => first + index * STEP);
    const runs = await runMany(numbers.length, AT_A_TIME, (index) => {
      const n = numbers[index] ?? 1;
      return runInjectedStore(t, `${fault}:when=${n}${fault.includes('ENOSPC') ? `..${n + 3}` : ''}`);
    });
    const injected = runs.reduce((sum, run) => sum + run.injected, 0);
    const whole = runs.filter(({ isClosed, acknowledged }) => isClosed && acknowledged.length === INJECTED_RECORDS).length;
    // The very first write is that of the lock: without it nothing may be served, and nothing was acknowledged.
    const refused = runs.filter(({ isClosed, acknowledged }) => !isClosed && acknowledged.length === 0).length;
    t.diagnostic(
      `figure: ${what}, n = ${numbers.join(', ')}: 0 of ${runs.length} runs broke an invariant (${injected} injected), ${whole} went on to their end, ${refused} refused to start`,
    );
    assert.equal(whole + refused, runs.length);
    assert.ok(refused <= 1);
    assert.ok(
      runs.every((run) => run.injected > 0),
      'the fault took hold in every run',
    );
  });
}
