import type { Kysely } from 'kysely';
import type { ArchivedSessions, SessionArchive, SessionPlace } from '../../security/sessions/session-archive.ts';
import type { SessionEnd, SessionKind, SessionRecord } from '../../security/sessions/session-record.ts';
import type { SessionsTable, Tables } from '../tables.ts';

/** Sessions in the database. */
export class SqlSessionStore implements SessionArchive {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  insert(session: SessionRecord, tokenHash: string): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      await transaction.insertInto('sessions').values(rowOfSession(session, tokenHash)).execute();
      await transaction.insertInto('session_tokens').values({ token_hash: tokenHash, session_id: session.id }).execute();
    });
  }

  async find(id: string): Promise<SessionRecord | null> {
    const row = await this.#db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : sessionOfRow(row);
  }

  async findByToken(tokenHash: string): Promise<SessionRecord | null> {
    const row = await this.#db
      .selectFrom('session_tokens')
      .innerJoin('sessions', 'sessions.id', 'session_tokens.session_id')
      .selectAll('sessions')
      .where('session_tokens.token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row === undefined ? null : sessionOfRow(row);
  }

  async listOfUser(userId: string): Promise<readonly SessionRecord[]> {
    const rows = await this.#db
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return rows.map(sessionOfRow);
  }

  async listAll(limit: number, after: SessionPlace | null = null): Promise<ArchivedSessions> {
    const rows = await this.#db
      .selectFrom('sessions')
      .selectAll()
      .where((where) => {
        if (after === null) return where.and([]);
        const isOlder = where.or([where('started_at', '<', after.startedAtMs), where('id', '<', after.id)]);
        return where.and([where('started_at', '<=', after.startedAtMs), isOlder]);
      })
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const items = rows.slice(0, limit).map(sessionOfRow);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? { startedAtMs: last.startedAtMs, id: last.id } : null };
  }

  async touch(id: string, lastSeenAtMs: number): Promise<void> {
    await this.#db.updateTable('sessions').set({ last_seen_at: lastSeenAtMs }).where('id', '=', id).execute();
  }

  replaceToken(id: string, fromHash: string, toHash: string, lastSeenAtMs: number): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('sessions')
        .set({ token_hash: toHash, last_seen_at: lastSeenAtMs })
        .where('id', '=', id)
        .where('token_hash', '=', fromHash)
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) return false;
      await transaction.insertInto('session_tokens').values({ token_hash: toHash, session_id: id }).execute();
      return true;
    });
  }

  async end(id: string, end: SessionEnd, endedAtMs: number): Promise<void> {
    const ended = { ended_at: endedAtMs, end_reason: end };
    await this.#db.updateTable('sessions').set(ended).where('id', '=', id).where('ended_at', 'is', null).execute();
  }

  /** Removes sessions that were last seen before this time, with their tokens, at most `limit` of them, and tells how many. */
  async deleteOld(beforeMs: number, limit: number): Promise<number> {
    // In two statements: MySQL takes no limit in a subquery.
    const old = await this.#db
      .selectFrom('sessions')
      .select('id')
      .where('last_seen_at', '<', beforeMs)
      .orderBy('last_seen_at')
      .limit(limit)
      .execute();
    if (old.length === 0) return 0;
    const ids = old.map((row) => row.id);
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('sessions').where('id', 'in', ids).execute();
      await transaction.deleteFrom('session_tokens').where('session_id', 'in', ids).execute();
    });
    return ids.length;
  }
}

function rowOfSession(session: SessionRecord, tokenHash: string): SessionsTable {
  return {
    id: session.id,
    kind: session.kind,
    user_id: session.userId,
    account_version: session.accountVersion,
    token_hash: tokenHash,
    started_at: session.startedAtMs,
    last_seen_at: session.lastSeenAtMs,
    ended_at: session.endedAtMs,
    end_reason: session.end,
    address: session.address,
    user_agent: session.userAgent,
  };
}

function sessionOfRow(row: SessionsTable): SessionRecord {
  return {
    id: row.id,
    kind: row.kind as SessionKind,
    userId: row.user_id,
    accountVersion: row.account_version,
    startedAtMs: row.started_at,
    lastSeenAtMs: row.last_seen_at,
    endedAtMs: row.ended_at,
    end: row.end_reason as SessionEnd | null,
    address: row.address,
    userAgent: row.user_agent,
  };
}
