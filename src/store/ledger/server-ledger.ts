import type { Transaction } from 'kysely';
import type { ServerDatabaseConfig } from '../../config/database-config.ts';
import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import { LEDGER_USE, type Database } from '../database.ts';
import type { JournalOwner } from '../journal/journal-owner.ts';
import { bringUpSchema } from '../migrations/bring-up-schema.ts';
import { openDatabase } from '../open-database.ts';
import type { ExchangesTable, Tables } from '../tables.ts';
import { exchangeRow } from './exchange-row.ts';
import type { Ledger, OpenExchange } from './ledger.ts';
import { listParked, ownerColumn } from './list-parked.ts';
import { pruneExchanges } from './prune-exchanges.ts';

/** PostgreSQL takes 65,535 parameters in a statement, and MySQL as many bytes as max_allowed_packet says: 16 MiB mostly. */
const ROWS_A_STATEMENT = 100;

/** The ledger on a server that several gateways may share. */
export class ServerLedger implements Ledger {
  readonly #database: Database;
  readonly #owner: JournalOwner;
  #hasFailed = false;

  private constructor(database: Database, owner: JournalOwner) {
    this.#database = database;
    this.#owner = owner;
  }

  static async open(config: ServerDatabaseConfig, owner: JournalOwner, nowMs: number): Promise<ServerLedger> {
    const database = await openDatabase(config, LEDGER_USE);
    try {
      await bringUpSchema(database, config, nowMs);
      return new ServerLedger(database, owner);
    } catch (error) {
      await database.close().catch(() => undefined);
      throw error;
    }
  }

  /** False after a failure: the server may have come back as another, with other tables. */
  isInPlace(): boolean {
    return !this.#hasFailed;
  }

  settleEach(write: (insert: (record: ExchangeRecord) => void) => readonly string[]): Promise<void> {
    const rows: ExchangesTable[] = [];
    const settledIds = write((record) => void rows.push(exchangeRow(record)));
    if (rows.length === 0 && settledIds.length === 0) return Promise.resolve();
    return this.#transact(async (transaction) => {
      for (const batch of inBatches(rows)) await this.#database.skipKnown(transaction.insertInto('exchanges').values(batch)).execute();
      for (const batch of inBatches(settledIds)) await transaction.deleteFrom('open_exchanges').where('id', 'in', batch).execute();
    });
  }

  park(exchanges: readonly OpenExchange[]): Promise<void> {
    const rows = exchanges.map(({ segment, record }) => ({
      id: record.id,
      segment,
      record: JSON.stringify(record),
      owner: ownerColumn(this.#owner),
    }));
    return this.#transact(async (transaction) => {
      for (const batch of inBatches(rows)) await this.#database.skipKnown(transaction.insertInto('open_exchanges').values(batch)).execute();
    });
  }

  listParked(nowMs: number): Promise<readonly OpenExchange[]> {
    return this.#noticing(() => listParked(this.#database.db, this.#owner, nowMs));
  }

  prune(beforeMs: number, limit: number): Promise<number> {
    let removed = 0;
    return this.#transact(async (transaction) => {
      removed = await pruneExchanges(transaction, beforeMs, limit);
    }).then(() => removed);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #transact(work: (transaction: Transaction<Tables>) => Promise<void>): Promise<void> {
    return this.#noticing(() => this.#database.db.transaction().execute(work));
  }

  async #noticing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}

function* inBatches<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += ROWS_A_STATEMENT) yield items.slice(from, from + ROWS_A_STATEMENT);
}
