import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { checkParameters } from '../check-parameters.ts';
import { reasonOf } from '../reason-of.ts';
import { StoreAway } from '../store-away.ts';
import { isTemporary } from './sqlite-failure.ts';
import type { SqliteNews, SqliteOrder } from './sqlite-messages.ts';

interface Pending {
  readonly resolve: (result: QueryResult<unknown>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The main thread's end of a thread that owns a file of SQLite, as a connection of Kysely. Statements are carried out in the order in which
 * they come. It keeps the process alive only while something is under way.
 */
export class SqliteThread implements DatabaseConnection {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #pending: Pending[] = [];
  /** Why nothing more is taken; null while it is. */
  #end: string | null = null;

  private constructor(path: string, worker: Worker) {
    this.#path = path;
    this.#worker = worker;
    this.#worker.on('message', (news: SqliteNews) => this.#hear(news));
    this.#worker.on('error', (error) => this.#giveUp(reasonOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#giveUp(`code ${code}`);
        resolve();
      });
    });
  }

  /** Opens the file, and makes it when it is missing. Rejects with SQLite's own error. */
  static async open(path: string, worker: Worker = startWorker(path)): Promise<SqliteThread> {
    const thread = new SqliteThread(path, worker);
    await new Promise((resolve, reject) => thread.#pending.push({ resolve, reject }));
    return thread;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const order: SqliteOrder = { kind: 'statement', sql, parameters: checkParameters(sql, parameters) };
    const result = await new Promise<QueryResult<unknown>>((resolve, reject) => {
      if (this.#end !== null) throw new StoreAway(this.#end);
      this.#pending.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(order);
    });
    return result as QueryResult<Row>;
  }

  streamQuery(): never {
    throw new Error('Answers of SQLite are not streamed here; ask with a limit.');
  }

  /** What was sent before is carried out; a transaction that is still open is rolled back. */
  async close(): Promise<void> {
    this.#end ??= `The database ${this.#path} is closed.`;
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close' } satisfies SqliteOrder);
    await this.#exited;
  }

  #hear(news: SqliteNews): void {
    const asked = this.#pending.shift();
    if (this.#pending.length === 0) this.#worker.unref();
    if (news.kind === 'done') asked?.resolve(news.result);
    else asked?.reject(awayOr(sqliteError(news.message, news.errcode)));
  }

  #giveUp(reason: string): void {
    this.#end ??= `The thread of the database ${this.#path} ended (${reason}), and what it was doing may be done or not; start Headgate again.`;
    for (const { reject } of this.#pending.splice(0)) reject(new StoreAway(this.#end));
  }
}

function startWorker(path: string): Worker {
  return new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: path, name: 'database' });
}

function awayOr(error: Error): Error {
  return isTemporary(error) ? new StoreAway(error) : error;
}

/** As node:sqlite makes them, so that `sqliteCode` knows them. */
function sqliteError(message: string, errcode: number | null): Error {
  const error = new Error(message);
  return errcode === null ? error : Object.assign(error, { code: 'ERR_SQLITE_ERROR', errcode });
}
