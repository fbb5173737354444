import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hasNeeds } from '../support/machine-needs.ts';
import { reasonAgainstTracing, runInjectedStore } from '../support/run-injected-store.ts';
import { runMany } from '../support/run-many.ts';

/** From the first sync of a new database on; an undisturbed run has some 70. */
const KILLS = 50;
const AT_A_TIME = 4;

test('killed at any of its first 50 syncs, the database is sound and no acknowledged record is lost or there twice', async (t) => {
  if (!hasNeeds(t, reasonAgainstTracing())) return;
  const runs = await runMany(KILLS, AT_A_TIME, (index) => runInjectedStore(t, `fsync,fdatasync:signal=SIGKILL:when=${index + 1}`));
  t.diagnostic(
    `figure: SIGKILL at the n-th fsync or fdatasync, n = 1 to ${KILLS}: 0 of ${runs.length} runs broke an invariant (killed after ${runs.map(({ acknowledged }) => acknowledged.length).join(', ')} records)`,
  );
  assert.ok(
    runs.every(({ injected, isClosed }) => injected > 0 && !isClosed),
    'the fault took hold in every run',
  );
});
