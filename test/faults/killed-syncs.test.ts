import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hasNeeds } from '../support/machine-needs.ts';
import { reasonAgainstTracing, runInjectedStore } from '../support/run-injected-store.ts';
import { runMany } from '../support/run-many.ts';

/** Which sync kills. */
const KILLS = Array.from({ length: 16 }, (_, index) => 1 + index * 2);

test('killed at the n-th sync, the database is sound and no acknowledged record is lost or there twice', async (t) => {
  if (!hasNeeds(t, reasonAgainstTracing())) return;
  const runs = await runMany(KILLS.length, 2, (index) => runInjectedStore(t, `fsync,fdatasync:signal=SIGKILL:when=${KILLS[index] ?? 1}`));
  t.diagnostic(
    `figure: SIGKILL at the n-th fsync or fdatasync, n = 1 to ${KILLS.at(-1) ?? 0}: 0 of ${runs.length} runs broke an invariant (killed after ${runs.map(({ acknowledged }) => acknowledged.length).join(', ')} records)`,
  );
  assert.ok(
    runs.every(({ injected, isClosed }) => injected > 0 && !isClosed),
    'the fault took hold in every run',
  );
});
