import type { ColumnDataType, Kysely, QueryExecutorProvider, RawBuilder } from 'kysely';
import type { Tables } from './tables.ts';

/** What is different between databases when the schema changes. */
export interface SchemaDialect {
  /** Type of ids: up to 64 characters, compared byte by byte so that every database has the same order. */
  readonly id: ColumnDataType | RawBuilder<unknown>;
  /** The same for names of up to 191 characters, the longest that every database can index. */
  readonly name: ColumnDataType | RawBuilder<unknown>;
  /** Type of texts without a limit. */
  readonly longText: ColumnDataType | RawBuilder<unknown>;
  /** Stands behind the columns of a new table. */
  readonly tableEnd: RawBuilder<unknown>;
  hasTable(db: QueryExecutorProvider, table: string): Promise<boolean>;
  hasColumn(db: QueryExecutorProvider, table: string, column: string): Promise<boolean>;
  hasIndex(db: QueryExecutorProvider, table: string, index: string): Promise<boolean>;
  dropIndex(db: QueryExecutorProvider, table: string, index: string): Promise<void>;
  /** Runs alone among all migrators of this database; as one transaction, where the schema can be changed in one. */
  withMigrationLock<Result>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<Result>): Promise<Result>;
}
