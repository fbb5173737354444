// Opens a store in the folder of its first argument, with the database of the second (JSON), and settles exchanges until it is killed; says each id once its record is written.
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { exchangeRecord, openRecord } from '../support/exchange-records.ts';

const dataDir = process.argv[2] ?? '';
const database = JSON.parse(process.argv[3] ?? '') as DatabaseConfig;
const store = await openStore({ dataDir, database, flushMs: 50, retentionDays: { exchanges: 0 }, onProblem: (sentence) => console.error(sentence) });
store.journal.open(openRecord('cut-off', { reservedCostMicroUsd: 77 }));
let next = 0;

function settleSome(): void {
  for (let count = 0; count < 5; count += 1) {
    const id = `x-${String(next).padStart(6, '0')}`;
    next += 1;
    store.journal.open(openRecord(id));
    store.journal.settle(exchangeRecord(id), () => process.stdout.write(`${id}\n`));
  }
}
// Some thousands a second: the ledger keeps a little behind.
setInterval(settleSome, 1);
