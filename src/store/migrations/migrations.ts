import type { Kysely } from 'kysely';
import { createExchanges } from './0001-exchanges.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly up: (db: Kysely<unknown>) => Promise<void>;
}

/** Every change of the schema, oldest first. A released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, name: 'exchanges', up: createExchanges }];

export const NEWEST_VERSION = Math.max(...MIGRATIONS.map((migration) => migration.version));
