import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/open-store.ts';
import type { ExchangesTable } from '../../src/store/tables.ts';
import { withDatabase } from '../support/test-databases.ts';

/** A data directory that goes away with its test. */
export class StoreFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'headgate-store-'));
  readonly sentences: string[] = [];
  readonly #config: DatabaseConfig;

  /** With a database elsewhere, or with a file in the directory when none is given. */
  constructor(t: TestContext, config?: DatabaseConfig) {
    this.#config = config ?? { kind: 'sqlite', path: this.database };
    t.after(() => rmSync(this.path, { recursive: true, force: true }));
  }

  get journal(): string {
    return join(this.path, 'journal');
  }

  get database(): string {
    return join(this.path, 'headgate.db');
  }

  open(changes: Partial<StoreOptions> = {}): Promise<Store> {
    const onProblem = (sentence: string): void => void this.sentences.push(sentence);
    return openStore({ dataDir: this.path, database: this.#config, flushMs: 10, retentionDays: { exchanges: 0 }, onProblem, ...changes });
  }

  /** Opens, lets everything that is there be moved, and closes. */
  async replay(): Promise<void> {
    const store = await this.open();
    await store.close();
  }

  segments(): string[] {
    return readdirSync(this.journal).filter((name) => name.includes('.jsonl'));
  }

  /** The rows of a database of any kind. */
  readRows(): Promise<ExchangesTable[]> {
    return withDatabase(this.#config, ({ db }) => db.selectFrom('exchanges').selectAll().orderBy('id').execute());
  }

  /** The rows of the file in the directory. */
  rows(): Record<string, unknown>[] {
    const database = new DatabaseSync(this.database, { readOnly: true });
    try {
      return database.prepare('select * from exchanges order by id').all();
    } finally {
      database.close();
    }
  }
}
