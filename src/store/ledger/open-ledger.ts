import type { DatabaseConfig } from '../../config/database-config.ts';
import type { JournalOwner } from '../journal/journal-owner.ts';
import type { Ledger } from './ledger.ts';

/** Opens the ledger of a database, makes what is missing, and brings its schema up to date. */
export async function openLedger(config: DatabaseConfig, owner: JournalOwner, nowMs: number): Promise<Ledger> {
  if (config.kind === 'sqlite') return (await import('./sqlite-ledger.ts')).SqliteLedger.open(config, owner, nowMs);
  return (await import('./server-ledger.ts')).ServerLedger.open(config, owner, nowMs);
}
