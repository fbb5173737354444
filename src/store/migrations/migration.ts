import type { Kysely } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

/**
 * One change of the schema. It stands for the schema of its day, not for the tables that the code knows today.
 * Where the schema cannot be changed in a transaction, `up` and `down` may find themselves half done and go on from there.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  up(db: Kysely<unknown>, schema: SchemaDialect): Promise<void>;
  down(db: Kysely<unknown>, schema: SchemaDialect): Promise<void>;
  /** What `down` would destroy, as a part of a sentence; null: nothing that cannot be made again. */
  lossOfDown(db: Kysely<unknown>, schema: SchemaDialect): Promise<string | null>;
}
