// Opens a store in the folder of its first argument and settles so many exchanges, a few at a time; says each id once its record is written.
import { setTimeout as pause } from 'node:timers/promises';

import { openStore } from '../../src/store/open-store.ts';
import { exchangeRecord, openRecord } from '../support/exchange-records.ts';

const LEDGER_OPENS_WITHIN_MS = 2000;
const LEDGER_TAKES_WITHIN_MS = 600;
/** A ledger that a fault holds up for good is not waited for any longer. */
const MOST_PATIENCE_MS = 20_000;

const dataDir = process.argv[2] ?? '';
const count = Number(process.argv[3] ?? 0);
let patienceMs = MOST_PATIENCE_MS;
const store = await openStore({ dataDir, flushMs: 5, retentionDays: { exchanges: 0 }, onProblem: () => undefined });
for (let next = 0; next < count; next += 1) {
  const id = `x-${String(next).padStart(6, '0')}`;
  store.journal.open(openRecord(id));
  store.journal.settle(exchangeRecord(id), () => process.stdout.write(`${id}\n`));
  // From the second record on the ledger is open, so that each few records are a transaction of their own.
  if (next === 0) await ledgerTook(LEDGER_OPENS_WITHIN_MS);
  if (next % 4 === 3) await ledgerTook(LEDGER_TAKES_WITHIN_MS);
}
await store.close();
process.stdout.write('closed\n');

async function ledgerTook(withinMs: number): Promise<void> {
  const beganAt = performance.now();
  const end = beganAt + Math.min(withinMs, patienceMs);
  while (store.journal.status.lag > 0 && performance.now() < end) await pause(3);
  patienceMs -= performance.now() - beganAt;
}
