import type { ExpressionBuilder, ExpressionWrapper, Kysely, RawBuilder, SqlBool } from 'kysely';
import type { AuditActorKind, AuditEntry, AuditEntryChange } from '../../domain/audit-entry.ts';
import { containsText } from '../contains-text.ts';
import type { AuditEntriesTable, Tables } from '../tables.ts';

/** Which entries are meant; what is absent does not narrow. */
export interface AuditFilter {
  readonly actorId?: string;
  readonly action?: string;
  readonly subjectKind?: string;
  readonly subjectId?: string;
  /** Epoch ms: then or later. */
  readonly fromMs?: number;
  /** Epoch ms: before. */
  readonly beforeMs?: number;
  /** Stands somewhere in who, what, on what, or the changes. */
  readonly search?: string;
}

/** A place in the audit log, newest first: behind this entry. */
export interface AuditCursor {
  readonly at: number;
  readonly id: string;
}

export interface AuditPage {
  /** Newest first. */
  readonly items: readonly AuditEntry[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: AuditCursor | null;
}

type Condition = ExpressionWrapper<Tables, 'audit_entries', SqlBool> | RawBuilder<SqlBool>;
type Conditions = ExpressionBuilder<Tables, 'audit_entries'>;

/** Names come from strangers too, as those of failed logins, and are cut to what the columns hold. */
const LONGEST_TEXT = 191;
const SEARCHED_COLUMNS = ['actor_name', 'action', 'subject_id', 'changes'] as const;

/** Who did what in the administration. */
export class AuditLog {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** @param on The transaction that the entry belongs to; without one it stands by itself. */
  async append(entry: AuditEntry, on: Kysely<Tables> = this.#db): Promise<void> {
    await on.insertInto('audit_entries').values(rowOfEntry(entry)).execute();
  }

  async list(filter: AuditFilter, limit: number, after: AuditCursor | null = null): Promise<AuditPage> {
    const rows = await this.#db
      .selectFrom('audit_entries')
      .selectAll()
      .where((where) => where.and([...narrow(where, filter), ...(after === null ? [] : behind(where, after))]))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const items = rows.slice(0, limit).map(entryOfRow);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? { at: last.at, id: last.id } : null };
  }

  /** Removes entries from before this time, oldest first, at most `limit` of them, and tells how many. */
  async prune(beforeMs: number, limit: number): Promise<number> {
    // In two statements: MySQL takes no limit in a subquery.
    const old = await this.#db.selectFrom('audit_entries').select('id').where('at', '<', beforeMs).orderBy('at').limit(limit).execute();
    if (old.length === 0) return 0;
    const ids = old.map((row) => row.id);
    await this.#db.deleteFrom('audit_entries').where('id', 'in', ids).execute();
    return ids.length;
  }
}

function narrow(where: Conditions, filter: AuditFilter): Condition[] {
  const { actorId, action, subjectKind, subjectId, fromMs, beforeMs, search } = filter;
  return [
    actorId === undefined ? null : where('actor_id', '=', fit(actorId)),
    action === undefined ? null : where('action', '=', fit(action)),
    subjectKind === undefined ? null : where('subject_kind', '=', fit(subjectKind)),
    subjectId === undefined ? null : where('subject_id', '=', fit(subjectId)),
    fromMs === undefined ? null : where('at', '>=', fromMs),
    beforeMs === undefined ? null : where('at', '<', beforeMs),
    search === undefined ? null : where.or(SEARCHED_COLUMNS.map((column) => containsText(column, search))),
  ].filter((condition) => condition !== null);
}

/** The first condition says nothing that the second does not, but an index can use it. */
function behind(where: Conditions, { at, id }: AuditCursor): Condition[] {
  return [where('at', '<=', at), where.or([where('at', '<', at), where('id', '<', id)])];
}

function rowOfEntry(entry: AuditEntry): AuditEntriesTable {
  return {
    id: entry.id,
    at: entry.at,
    actor_kind: entry.actorKind,
    actor_id: fitOrNull(entry.actorId),
    actor_name: fitOrNull(entry.actorName),
    address: fitOrNull(entry.address),
    request_id: fitOrNull(entry.requestId),
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: fitOrNull(entry.subjectId),
    revision: entry.revision,
    changes: JSON.stringify(entry.changes),
  };
}

function entryOfRow(row: AuditEntriesTable): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    actorKind: row.actor_kind as AuditActorKind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    address: row.address,
    requestId: row.request_id,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    revision: row.revision,
    changes: JSON.parse(row.changes) as readonly AuditEntryChange[],
  };
}

function fitOrNull(text: string | null): string | null {
  return text === null ? null : fit(text);
}

/** PostgreSQL has no character 0. */
function fit(text: string): string {
  return text.replaceAll('\0', '\uFFFD').slice(0, LONGEST_TEXT).toWellFormed();
}
