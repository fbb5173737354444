import type { Kysely } from 'kysely';
import type { OpenRecord } from '../../domain/exchange-record.ts';
import type { JournalOwner } from '../journal/journal-owner.ts';
import type { OpenExchangesTable, Tables } from '../tables.ts';
import type { OpenExchange } from './ledger.ts';

/** No exchange takes as long: whoever opened it will not come back for it. */
const GONE_MS = 86_400_000;
/** Segments are counted from 1 again when all of them are moved, so a number says nothing of an earlier process. */
const OF_AN_EARLIER_PROCESS = 0;

/** The parked exchanges that are to be settled as crashed by this journal, unless it settles them otherwise. */
export async function listParked(db: Kysely<Tables>, owner: JournalOwner, nowMs: number): Promise<readonly OpenExchange[]> {
  const rows = await db.selectFrom('open_exchanges').selectAll().execute();
  const parked: OpenExchange[] = [];
  for (const row of rows) {
    const record = JSON.parse(row.record) as OpenRecord;
    if (row.owner === ownerColumn(owner)) parked.push({ segment: row.segment, record });
    else if (isForThis(row, owner) || record.startedAt < nowMs - GONE_MS) parked.push({ segment: OF_AN_EARLIER_PROCESS, record });
  }
  return parked;
}

/** The owner as the column keeps it. */
export function ownerColumn({ journal, process }: JournalOwner): string {
  return `${journal}/${process}`;
}

/** Rows without an owner are from before schema 2, when a database had one journal. */
function isForThis(row: OpenExchangesTable, { journal }: JournalOwner): boolean {
  return row.owner === '' || row.owner.startsWith(`${journal}/`);
}
