import type { Kysely } from 'kysely';

export async function createExchanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('exchanges')
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
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
    .addColumn('attempts', 'text', (column) => column.notNull())
    .addColumn('trace', 'text')
    .addColumn('client_request_id', 'varchar(191)')
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('exchanges_started_at').on('exchanges').column('started_at').execute();
  await db.schema.createIndex('exchanges_virtual_key_id_started_at').on('exchanges').columns(['virtual_key_id', 'started_at']).execute();
  await db.schema
    .createTable('open_exchanges')
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('segment', 'bigint', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .execute();
}
