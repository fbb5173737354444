import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { openStore, type Store, type StoreOptions } from '../../src/store/open-store.ts';

/** A data directory that goes away with its test. */
export class StoreFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'headgate-store-'));
  readonly sentences: string[] = [];

  constructor(t: TestContext) {
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
    return openStore({ dataDir: this.path, flushMs: 10, retentionDays: { exchanges: 0 }, onProblem, ...changes });
  }

  /** Opens, lets everything that is there be moved, and closes. */
  async replay(): Promise<void> {
    const store = await this.open();
    await store.close();
  }

  segments(): string[] {
    return readdirSync(this.journal).filter((name) => name.includes('.jsonl'));
  }

  rows(): Record<string, unknown>[] {
    const database = new DatabaseSync(this.database, { readOnly: true });
    try {
      return database.prepare('select * from exchanges order by id').all();
    } finally {
      database.close();
    }
  }
}
