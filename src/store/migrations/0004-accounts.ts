import type { Kysely } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';
import type { Migration } from './migration.ts';

const TABLES = ['users', 'sessions', 'session_tokens', 'data_keys', 'store_values', 'store_locks', 'audit_entries'] as const;
/** What cannot be made again. Who loses a session signs in anew. */
const LOSSES = ['users', 'data_keys', 'store_values', 'audit_entries'] as const;
const LOCKS = ['users', 'sealing'] as const;

const INDEXES = {
  sessions: {
    sessions_user_id: ['user_id'],
    sessions_started_at: ['started_at'],
    sessions_last_seen_at: ['last_seen_at'],
  },
  session_tokens: { session_tokens_session_id: ['session_id'] },
  audit_entries: {
    audit_entries_at: ['at'],
    audit_entries_subject_at: ['subject_kind', 'subject_id', 'at'],
    audit_entries_actor_at: ['actor_id', 'at'],
  },
} as const;

/** Who may sign in and who has; what seals secrets; who did what. */
export const accounts: Migration = {
  version: 4,
  name: 'accounts',

  async up(db, schema) {
    await createUsers(db, schema);
    await createSessions(db, schema);
    await createSealing(db, schema);
    await createLocks(db, schema);
    await createAudit(db, schema);
    for (const [table, indexes] of Object.entries(INDEXES)) await createIndexes(db, schema, table, indexes);
  },

  async down(db) {
    for (const table of TABLES) await db.schema.dropTable(table).ifExists().execute();
  },

  async lossOfDown(db, schema) {
    const losses: string[] = [];
    for (const table of LOSSES) {
      const rows = (await schema.hasTable(db, table)) ? await countRows(db, table) : 0;
      if (rows > 0) losses.push(`the table ${table} with ${rows} rows`);
    }
    return losses.length === 0 ? null : losses.join(' and ');
  },
};

async function createUsers(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('users')
    .ifNotExists()
    .addColumn('id', schema.id, (column) => column.primaryKey())
    .addColumn('name', 'varchar(64)', (column) => column.notNull())
    .addColumn('name_key', schema.id, (column) => column.notNull())
    .addColumn('role', 'varchar(16)', (column) => column.notNull())
    .addColumn('is_enabled', 'smallint', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('password_hash', 'varchar(255)')
    .addColumn('identity', schema.longText)
    .addColumn('identity_hash', schema.id)
    .addColumn('totp_secret', schema.longText)
    .addColumn('totp_confirmed', 'smallint', (column) => column.notNull())
    .addColumn('totp_last_step', 'bigint')
    .addColumn('recovery_hashes', schema.longText, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_login_at', 'bigint')
    .addUniqueConstraint('users_name_key', ['name_key'])
    .addUniqueConstraint('users_identity_hash', ['identity_hash'])
    .modifyEnd(schema.tableEnd)
    .execute();
}

async function createSessions(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('sessions')
    .ifNotExists()
    .addColumn('id', schema.id, (column) => column.primaryKey())
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('user_id', schema.id, (column) => column.notNull())
    .addColumn('account_version', 'bigint', (column) => column.notNull())
    .addColumn('token_hash', schema.id, (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('end_reason', 'varchar(32)')
    .addColumn('address', 'varchar(191)', (column) => column.notNull())
    .addColumn('user_agent', 'varchar(255)', (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
  await db.schema
    .createTable('session_tokens')
    .ifNotExists()
    .addColumn('token_hash', schema.id, (column) => column.primaryKey())
    .addColumn('session_id', schema.id, (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
}

async function createSealing(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('data_keys')
    .ifNotExists()
    .addColumn('id', schema.id, (column) => column.primaryKey())
    .addColumn('sealed', schema.longText, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('seals', 'bigint', (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
  await db.schema
    .createTable('store_values')
    .ifNotExists()
    .addColumn('name', schema.id, (column) => column.primaryKey())
    .addColumn('value', schema.longText, (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
}

/** Rows that transactions write first, so that one of a kind runs at a time. */
async function createLocks(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('store_locks')
    .ifNotExists()
    .addColumn('name', schema.id, (column) => column.primaryKey())
    .addColumn('taken', 'bigint', (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
  const tables = db.withTables<{ store_locks: { name: string; taken: number } }>();
  const known = new Set((await tables.selectFrom('store_locks').select('name').execute()).map(({ name }) => name));
  for (const name of LOCKS) {
    if (!known.has(name)) await tables.insertInto('store_locks').values({ name, taken: 0 }).execute();
  }
}

async function createAudit(db: Kysely<unknown>, schema: SchemaDialect): Promise<void> {
  await db.schema
    .createTable('audit_entries')
    .ifNotExists()
    .addColumn('id', schema.id, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor_kind', 'varchar(32)', (column) => column.notNull())
    .addColumn('actor_id', schema.name)
    .addColumn('actor_name', 'varchar(191)')
    .addColumn('address', 'varchar(191)')
    .addColumn('request_id', 'varchar(191)')
    .addColumn('action', 'varchar(64)', (column) => column.notNull())
    .addColumn('subject_kind', 'varchar(64)', (column) => column.notNull())
    .addColumn('subject_id', schema.name)
    .addColumn('revision', 'bigint')
    .addColumn('changes', schema.longText, (column) => column.notNull())
    .modifyEnd(schema.tableEnd)
    .execute();
}

async function createIndexes(
  db: Kysely<unknown>,
  schema: SchemaDialect,
  table: string,
  indexes: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const [name, columns] of Object.entries(indexes)) {
    if (await schema.hasIndex(db, table, name)) continue;
    await db.schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute();
  }
}

async function countRows(db: Kysely<unknown>, table: (typeof LOSSES)[number]): Promise<number> {
  const tables = db.withTables<Record<(typeof LOSSES)[number], { id: string }>>();
  const { rows } = await tables
    .selectFrom(table)
    .select((select) => select.fn.countAll().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
}
