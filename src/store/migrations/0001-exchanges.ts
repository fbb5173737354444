import type { Migration } from './migration.ts';

const INDEXES: Readonly<Record<string, readonly string[]>> = {
  exchanges_started_at: ['started_at'],
  exchanges_virtual_key_id_started_at: ['virtual_key_id', 'started_at'],
};

export const exchanges: Migration = {
  version: 1,
  name: 'exchanges',

  async up(db, schema) {
    await db.schema
      .createTable('exchanges')
      .ifNotExists()
      .addColumn('id', schema.id, (column) => column.primaryKey())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('duration_ms', 'double precision', (column) => column.notNull())
      .addColumn('first_byte_ms', 'double precision')
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('outcome', 'varchar(32)', (column) => column.notNull())
      .addColumn('error_code', 'varchar(64)')
      .addColumn('protocol', 'varchar(32)', (column) => column.notNull())
      .addColumn('method', 'varchar(16)', (column) => column.notNull())
      .addColumn('endpoint', 'varchar(191)', (column) => column.notNull())
      .addColumn('public_model', 'varchar(191)')
      .addColumn('provider', 'varchar(64)')
      .addColumn('upstream_model', 'varchar(191)')
      .addColumn('answered_model', 'varchar(191)')
      .addColumn('virtual_key_id', 'varchar(64)')
      .addColumn('key_id', 'varchar(64)')
      .addColumn('stream', 'smallint', (column) => column.notNull())
      .addColumn('usage_input', 'bigint', (column) => column.notNull())
      .addColumn('usage_cache_read', 'bigint', (column) => column.notNull())
      .addColumn('usage_cache_write', 'bigint', (column) => column.notNull())
      .addColumn('usage_output', 'bigint', (column) => column.notNull())
      .addColumn('usage_reasoning', 'bigint', (column) => column.notNull())
      .addColumn('usage_audio_input', 'bigint', (column) => column.notNull())
      .addColumn('usage_audio_output', 'bigint', (column) => column.notNull())
      .addColumn('usage_provenance', 'varchar(16)', (column) => column.notNull())
      .addColumn('cost_micro_usd', 'bigint', (column) => column.notNull())
      .addColumn('price_version', 'varchar(64)')
      .addColumn('attempts', schema.longText, (column) => column.notNull())
      .addColumn('trace', schema.longText)
      .addColumn('client_request_id', 'varchar(191)')
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .modifyEnd(schema.tableEnd)
      .execute();
    for (const [name, columns] of Object.entries(INDEXES)) {
      if (!(await schema.hasIndex(db, 'exchanges', name)))
        await db.schema
          .createIndex(name)
          .on('exchanges')
          .columns([...columns])
          .execute();
    }
    await db.schema
      .createTable('open_exchanges')
      .ifNotExists()
      .addColumn('id', schema.id, (column) => column.primaryKey())
      .addColumn('segment', 'bigint', (column) => column.notNull())
      .addColumn('record', schema.longText, (column) => column.notNull())
      .modifyEnd(schema.tableEnd)
      .execute();
  },

  async down(db) {
    await db.schema.dropTable('open_exchanges').ifExists().execute();
    await db.schema.dropTable('exchanges').ifExists().execute();
  },

  async lossOfDown(db, schema) {
    if (!(await schema.hasTable(db, 'exchanges'))) return null;
    const tables = db.withTables<{ exchanges: { id: string } }>();
    const { rows } = await tables
      .selectFrom('exchanges')
      .select((select) => select.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(rows) === 0 ? null : `the table exchanges with ${rows} rows`;
  },
};
