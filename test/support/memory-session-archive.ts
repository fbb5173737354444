import type { ArchivedSessions, SessionArchive, SessionPlace } from '../../src/security/sessions/session-archive.ts';
import type { SessionEnd, SessionRecord } from '../../src/security/sessions/session-record.ts';

/** Sessions in memory, under the same rules as in a database. */
export class MemorySessionArchive implements SessionArchive {
  readonly sessions = new Map<string, SessionRecord>();
  /** Hash of a token → its session, and whether it is the present one. */
  readonly tokens = new Map<string, { readonly id: string; readonly isCurrent: boolean }>();

  async insert(session: SessionRecord, tokenHash: string): Promise<void> {
    this.sessions.set(session.id, session);
    this.tokens.set(tokenHash, { id: session.id, isCurrent: true });
  }
  async find(id: string): Promise<SessionRecord | null> {
    return this.sessions.get(id) ?? null;
  }
  async findByToken(tokenHash: string): Promise<SessionRecord | null> {
    return this.sessions.get(this.tokens.get(tokenHash)?.id ?? '') ?? null;
  }
  async listOfUser(userId: string): Promise<readonly SessionRecord[]> {
    return this.#newestFirst().filter((session) => session.userId === userId);
  }
  async listAll(limit: number, after: SessionPlace | null): Promise<ArchivedSessions> {
    const behind = this.#newestFirst().filter((session) => after === null || isOlder(session, after));
    const items = behind.slice(0, limit);
    const last = items.at(-1);
    return { items, next: behind.length > limit && last !== undefined ? { startedAtMs: last.startedAtMs, id: last.id } : null };
  }
  async touch(id: string, lastSeenAtMs: number): Promise<void> {
    this.#change(id, { lastSeenAtMs });
  }
  async replaceToken(id: string, fromHash: string, toHash: string, lastSeenAtMs: number): Promise<boolean> {
    const from = this.tokens.get(fromHash);
    if (from?.isCurrent !== true || from.id !== id || this.sessions.get(id)?.endedAtMs !== null) return false;
    this.tokens.set(fromHash, { id, isCurrent: false });
    this.tokens.set(toHash, { id, isCurrent: true });
    this.#change(id, { lastSeenAtMs });
    return true;
  }
  async end(id: string, end: SessionEnd, endedAtMs: number): Promise<void> {
    if (this.sessions.get(id)?.endedAtMs === null) this.#change(id, { end, endedAtMs });
  }
  async deleteOld(beforeMs: number, limit: number): Promise<number> {
    const old = [...this.sessions.values()].filter((session) => session.lastSeenAtMs < beforeMs).slice(0, limit);
    for (const { id } of old) {
      this.sessions.delete(id);
      for (const [hash, token] of this.tokens) if (token.id === id) this.tokens.delete(hash);
    }
    return old.length;
  }

  #change(id: string, change: Partial<SessionRecord>): void {
    const session = this.sessions.get(id);
    if (session !== undefined) this.sessions.set(id, { ...session, ...change });
  }
  #newestFirst(): SessionRecord[] {
    return [...this.sessions.values()].toSorted((one, other) => (isOlder(one, other) ? 1 : -1));
  }
}

function isOlder(session: SessionPlace, place: SessionPlace): boolean {
  return session.startedAtMs < place.startedAtMs || (session.startedAtMs === place.startedAtMs && session.id < place.id);
}
