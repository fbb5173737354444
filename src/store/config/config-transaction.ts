import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import type { RevisionRecord, StoredChange } from './config-records.ts';

/** Rows of one statement: every database takes many parameters, none of them endlessly. */
const ROWS_AT_A_TIME = 100;

/** One change of the configuration under way; nobody else changes it meanwhile. */
export class ConfigTransaction {
  /** For what has to be written with the change or not at all. */
  readonly db: Kysely<Tables>;
  /** The number that this change gets. */
  readonly revision: number;

  constructor(db: Kysely<Tables>, revision: number) {
    this.db = db;
    this.revision = revision;
  }

  /** Writes what changed, and the revision that tells of it. */
  async write(record: Omit<RevisionRecord, 'number'>, changes: readonly StoredChange[]): Promise<void> {
    const { author, atMs } = record;
    for (const change of changes) await this.#apply(change, atMs);
    await this.db
      .insertInto('config_revisions')
      .values({
        number: this.revision,
        at: atMs,
        author_kind: author.kind,
        author_id: author.id,
        author_name: author.name,
        summary: record.summary,
        changes: JSON.stringify(record.changes),
      })
      .execute();
    const rows = changes.map(({ kind, id, before, after }, number) => ({
      revision: this.revision,
      number,
      kind,
      id,
      place_before: before?.place ?? null,
      body_before: before?.body ?? null,
      place_after: after?.place ?? null,
      body_after: after?.body ?? null,
    }));
    for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
      await this.db
        .insertInto('config_changes')
        .values(rows.slice(from, from + ROWS_AT_A_TIME))
        .execute();
    }
  }

  async #apply({ kind, id, before, after }: StoredChange, atMs: number): Promise<void> {
    const { db, revision } = this;
    if (after === null) {
      await db.deleteFrom('config_entities').where('kind', '=', kind).where('id', '=', id).execute();
    } else if (before === null) {
      await db
        .insertInto('config_entities')
        .values({ kind, id, ...after, revision, created_at: atMs, updated_at: atMs })
        .execute();
    } else {
      const written = { ...after, revision, updated_at: atMs };
      await db.updateTable('config_entities').set(written).where('kind', '=', kind).where('id', '=', id).execute();
    }
  }
}
