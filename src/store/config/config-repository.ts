import { sql, type Kysely } from 'kysely';
import type { ConfigChange } from '../../config/config-diff.ts';
import type { EntityKind } from '../../config/config-entities.ts';
import type { Database } from '../database.ts';
import type { ConfigRevisionsTable, Tables } from '../tables.ts';
import { ConfigTransaction } from './config-transaction.ts';
import type { RevisionRecord, StoredChange, StoredEntity, StoredForm } from './config-records.ts';

/** The name under which PostgreSQL tells other processes of a new revision. */
export const CONFIG_CHANNEL = 'headgate_config';

/** The configuration in the database. One process at a time changes it; everybody may read. */
export class ConfigRepository {
  readonly #db: Kysely<Tables>;
  readonly #kind: Database['kind'];

  constructor({ db, kind }: Pick<Database, 'db' | 'kind'>) {
    this.#db = db;
    this.#kind = kind;
  }

  /** Number of the latest revision; 0 before the first. */
  async revision(): Promise<number> {
    const { revision } = await this.#db.selectFrom('config_head').select('revision').where('id', '=', 1).executeTakeFirstOrThrow();
    return revision;
  }

  /** Everything that is configured, as of one revision. */
  async load(): Promise<{ readonly revision: number; readonly entities: readonly StoredEntity[] }> {
    for (;;) {
      const revision = await this.revision();
      const entities = await readEntities(this.#db);
      // A revision that came in between may be half in what was read.
      if ((await this.revision()) === revision) return { revision, entities };
    }
  }

  /**
   * Does `work` alone among all processes that change the configuration. What it wrote is kept when it resolves; nothing is when it throws.
   * The number of its revision is `transaction.revision`.
   */
  transact<Result>(work: (transaction: ConfigTransaction) => Promise<Result>): Promise<Result> {
    return this.#db.transaction().execute(async (db) => {
      // Writing first takes the row's lock on every database; what is read afterwards is the latest.
      await db
        .updateTable('config_head')
        .set((set) => ({ revision: set('revision', '+', 1) }))
        .where('id', '=', 1)
        .execute();
      const { revision } = await db.selectFrom('config_head').select('revision').where('id', '=', 1).executeTakeFirstOrThrow();
      const result = await work(new ConfigTransaction(db, revision));
      // Sent when the transaction is committed.
      if (this.#kind === 'postgres') await sql`select pg_notify(${CONFIG_CHANNEL}, ${String(revision)})`.execute(db);
      return result;
    });
  }

  /** Newest first, those before a number only. */
  async listRevisions(limit: number, before: number | null): Promise<readonly RevisionRecord[]> {
    const rows = await this.#db
      .selectFrom('config_revisions')
      .selectAll()
      .where((where) => where.and(before === null ? [] : [where('number', '<', before)]))
      .orderBy('number', 'desc')
      .limit(limit)
      .execute();
    return rows.map(revisionOfRow);
  }

  async findRevision(number: number): Promise<RevisionRecord | null> {
    const row = await this.#db.selectFrom('config_revisions').selectAll().where('number', '=', number).executeTakeFirst();
    return row === undefined ? null : revisionOfRow(row);
  }

  /** What the revisions behind a number did, the latest first: undone in this order they lead back to it. */
  async changesBehind(revision: number): Promise<readonly StoredChange[]> {
    const rows = await this.#db
      .selectFrom('config_changes')
      .selectAll()
      .where('revision', '>', revision)
      .orderBy('revision', 'desc')
      .orderBy('number', 'desc')
      .execute();
    return rows.map((row) => ({
      kind: row.kind as EntityKind,
      id: row.id,
      before: formOf(row.place_before, row.body_before),
      after: formOf(row.place_after, row.body_after),
    }));
  }
}

async function readEntities(db: Kysely<Tables>): Promise<readonly StoredEntity[]> {
  const rows = await db.selectFrom('config_entities').selectAll().orderBy('kind').orderBy('place').orderBy('id').execute();
  return rows.map(({ kind, id, place, body, revision, created_at, updated_at }) => ({
    kind: kind as EntityKind,
    id,
    place,
    body,
    revision,
    createdAtMs: created_at,
    updatedAtMs: updated_at,
  }));
}

function revisionOfRow(row: ConfigRevisionsTable): RevisionRecord {
  return {
    number: row.number,
    atMs: row.at,
    author: { kind: row.author_kind, id: row.author_id, name: row.author_name },
    summary: row.summary,
    changes: JSON.parse(row.changes) as readonly ConfigChange[],
  };
}

function formOf(place: number | null, body: string | null): StoredForm {
  return place === null || body === null ? null : { place, body };
}
