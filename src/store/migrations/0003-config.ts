import type { Kysely } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';
import type { Migration } from './migration.ts';

/** The configuration as things that change one by one, the history of their changes, and the number of the last one. */
export const config: Migration = {
  version: 3,
  name: 'configuration',

  async up(db, schema) {
    await createEntities(db, schema);
    await createRevisions(db, schema);
    await db.schema
      .createTable('config_head')
      .ifNotExists()
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .modifyEnd(schema.tableEnd)
      .execute();
    const tables = db.withTables<{ config_head: { id: number; revision: number } }>();
    const head = await tables.selectFrom('config_head').select('id').executeTakeFirst();
    if (head === undefined) await tables.insertInto('config_head').values({ id: 1, revision: 0 }).execute();
  },

  async down(db) {
    for (const table of ['config_head', 'config_changes', 'config_revisions', 'config_entities'])
      await db.schema.dropTable(table).ifExists().execute();
  },

  async lossOfDown(db, schema) {
    if (!(await schema.hasTable(db, 'config_revisions'))) return null;
    const tables = db.withTables<{ config_revisions: { number: number } }>();
    const { rows } = await tables
      .selectFrom('config_revisions')
      .select((select) => select.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(rows) === 0 ? null : `the configuration with its ${rows} revisions`;
  },
};

async function createEntities(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('config_entities')
    .ifNotExists()
    .addColumn('kind', 'varchar(32)', (column) => column.notNull())
    .addColumn('id', schema.name, (column) => column.notNull())
    .addColumn('place', 'bigint', (column) => column.notNull())
    .addColumn('body', schema.longText, (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('config_entities_key', ['kind', 'id'])
    .modifyEnd(schema.tableEnd)
    .execute();
}

async function createRevisions(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('config_revisions')
    .ifNotExists()
    .addColumn('number', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('author_kind', 'varchar(32)', (column) => column.notNull())
    .addColumn('author_id', schema.name, (column) => column.notNull())
    .addColumn('author_name', 'varchar(191)', (column) => column.notNull())
    .addColumn('summary', 'varchar(191)', (column) => column.notNull())
    .addColumn('changes', schema.longText, (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
  await db.schema
    .createTable('config_changes')
    .ifNotExists()
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('kind', 'varchar(32)', (column) => column.notNull())
    .addColumn('id', schema.name, (column) => column.notNull())
    .addColumn('place_before', 'bigint')
    .addColumn('body_before', schema.longText)
    .addColumn('place_after', 'bigint')
    .addColumn('body_after', schema.longText)
    .addPrimaryKeyConstraint('config_changes_key', ['revision', 'number'])
    .modifyEnd(schema.tableEnd)
    .execute();
}
