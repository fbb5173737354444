import { statSync } from 'node:fs';
import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import type { SqliteDatabaseConfig } from '../../config/database-config.ts';
import type { JournalOwner } from '../journal/journal-owner.ts';
import { migrateUp } from '../migrations/migrate-up.ts';
import { openSqlite, type SqliteDatabase } from '../sqlite/open-sqlite.ts';
import type { ExchangesTable } from '../tables.ts';
import { exchangeRow } from './exchange-row.ts';
import type { Ledger, OpenExchange } from './ledger.ts';
import { listParked, ownerColumn } from './list-parked.ts';
import { pruneExchanges } from './prune-exchanges.ts';

/** The ledger in a file. Every method blocks its thread until SQLite is done. */
export class SqliteLedger implements Ledger {
  readonly #path: string;
  readonly #owner: JournalOwner;
  readonly #inode: bigint;
  readonly #database: SqliteDatabase;
  /** Prepared once: this is what runs for every exchange. */
  readonly #insertSql: string;

  private constructor(path: string, owner: JournalOwner, database: SqliteDatabase) {
    this.#path = path;
    this.#owner = owner;
    this.#inode = statSync(path, { bigint: true }).ino;
    this.#database = database;
    this.#insertSql = insertExchangeSql(database);
  }

  static async open(config: SqliteDatabaseConfig, owner: JournalOwner, nowMs: number): Promise<SqliteLedger> {
    const database = await openSqlite(config);
    try {
      await migrateUp(database, nowMs);
      return new SqliteLedger(config.path, owner, database);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** False when the file was removed or replaced. */
  isInPlace(): boolean {
    return statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Records are written as they come, so that each is garbage before the next. */
  settleEach(write: (insert: (record: ExchangeRecord) => void) => readonly string[]): Promise<void> {
    return this.#transact(() => {
      const { connection } = this.#database;
      const settledIds = write((record) => connection.run(this.#insertSql, Object.values(exchangeRow(record))));
      for (const id of settledIds) connection.run('delete from open_exchanges where id = ?', [id]);
    });
  }

  park(exchanges: readonly OpenExchange[]): Promise<void> {
    const sql = 'insert into open_exchanges (id, segment, record, owner) values (?, ?, ?, ?) on conflict (id) do nothing';
    return this.#transact(() => {
      for (const { segment, record } of exchanges) {
        this.#database.connection.run(sql, [record.id, segment, JSON.stringify(record), ownerColumn(this.#owner)]);
      }
    });
  }

  listParked(nowMs: number): Promise<readonly OpenExchange[]> {
    return listParked(this.#database.db, this.#owner, nowMs);
  }

  prune(beforeMs: number, limit: number): Promise<number> {
    return pruneExchanges(this.#database.db, beforeMs, limit);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Without awaiting anything in between: no other work of this thread may come into the transaction. */
  async #transact(work: () => void): Promise<void> {
    const { file } = this.#database;
    file.exec('begin immediate');
    try {
      work();
      file.exec('commit');
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (file.isTransaction) file.exec('rollback');
      throw error;
    }
  }
}

const NO_RECORD = { usage: {} } as ExchangeRecord;

function insertExchangeSql(database: SqliteDatabase): string {
  const row: ExchangesTable = exchangeRow(NO_RECORD);
  return database.skipKnown(database.db.insertInto('exchanges').values({ ...row, id: '' })).compile().sql;
}
