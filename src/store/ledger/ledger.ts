import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { ExchangeRecord, OpenRecord } from '../../domain/exchange-record.ts';
import { migrate } from '../migrations/migrate.ts';
import { SqliteConnection } from '../sqlite/sqlite-connection.ts';
import { SqliteDialect } from '../sqlite/sqlite-dialect.ts';
import type { ExchangesTable, Tables } from '../tables.ts';
import { exchangeRow } from './exchange-row.ts';

/** An exchange that was opened in this segment and is not settled. */
export interface OpenExchange {
  readonly segment: number;
  readonly record: OpenRecord;
}

const BUSY_TIMEOUT_MS = 5000;
const PRAGMAS = 'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;';

/** The table of settled exchanges. Every method blocks its thread until SQLite is done; each is one transaction. */
export class Ledger {
  readonly #path: string;
  readonly #inode: bigint;
  readonly #database: DatabaseSync;
  readonly #connection: SqliteConnection;
  readonly #db: Kysely<Tables>;
  /** Prepared once: this is what runs for every exchange. */
  readonly #insertSql: string;

  private constructor(path: string, database: DatabaseSync, connection: SqliteConnection, db: Kysely<Tables>) {
    this.#path = path;
    this.#inode = statSync(path, { bigint: true }).ino;
    this.#database = database;
    this.#connection = connection;
    this.#db = db;
    this.#insertSql = insertExchangeSql(db);
  }

  /** Opens the database, makes it when it is missing, and brings its schema up to date. */
  static async open(path: string, nowMs: number): Promise<Ledger> {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      database.exec(PRAGMAS);
      const connection = new SqliteConnection(database);
      const db = new Kysely<Tables>({ dialect: new SqliteDialect(connection) });
      await migrate(db, nowMs);
      return new Ledger(path, database, connection, db);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** False when the file was removed or replaced: what is written now would be gone. */
  isInPlace(): boolean {
    return statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Adds rows; one whose id is there already changes nothing. `settledIds` are of exchanges parked as open. */
  settle(records: readonly ExchangeRecord[], settledIds: readonly string[]): void {
    this.settleEach((insert) => {
      for (const record of records) insert(record);
      return settledIds;
    });
  }

  /** The same with records as they come; `write` gives back the ids of those that were parked. */
  settleEach(write: (insert: (record: ExchangeRecord) => void) => readonly string[]): void {
    this.#transact(() => {
      const settledIds = write((record) => this.#connection.run(this.#insertSql, Object.values(exchangeRow(record))));
      for (const id of settledIds) this.#connection.run('delete from open_exchanges where id = ?', [id]);
    });
  }

  /** Keeps open exchanges whose segment is about to go. */
  park(exchanges: readonly OpenExchange[]): void {
    const sql = 'insert into open_exchanges (id, segment, record) values (?, ?, ?) on conflict (id) do nothing';
    this.#transact(() => {
      for (const { segment, record } of exchanges) this.#connection.run(sql, [record.id, segment, JSON.stringify(record)]);
    });
  }

  async listParked(): Promise<OpenExchange[]> {
    const rows = await this.#db.selectFrom('open_exchanges').select(['segment', 'record']).execute();
    return rows.map((row) => ({ segment: row.segment, record: JSON.parse(row.record) as OpenRecord }));
  }

  /** Removes rows that started before this time, at most `limit` of them, and tells how many. */
  async prune(beforeMs: number, limit: number): Promise<number> {
    const old = this.#db.selectFrom('exchanges').select('id').where('started_at', '<', beforeMs).orderBy('started_at').limit(limit);
    const { numDeletedRows } = await this.#db.deleteFrom('exchanges').where('id', 'in', old).executeTakeFirst();
    return Number(numDeletedRows);
  }

  close(): void {
    this.#database.close();
  }

  #transact(work: () => void): void {
    this.#database.exec('begin immediate');
    try {
      work();
      this.#database.exec('commit');
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }
}

const NO_RECORD = { usage: {} } as ExchangeRecord;

function insertExchangeSql(db: Kysely<Tables>): string {
  const row: ExchangesTable = exchangeRow(NO_RECORD);
  const statement = db.insertInto('exchanges').values({ ...row, id: '' });
  return statement.onConflict((conflict) => conflict.column('id').doNothing()).compile().sql;
}
