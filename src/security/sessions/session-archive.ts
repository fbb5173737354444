import type { SessionRecord } from './session-record.ts';
import type { SessionStore } from './session-store.ts';

/** A place in the list of sessions: behind this one. */
export interface SessionPlace {
  readonly startedAtMs: number;
  readonly id: string;
}

export interface ArchivedSessions {
  /** Newest first, whether over or not. */
  readonly items: readonly SessionRecord[];
  /** Where the next page begins; null: this is the last one. */
  readonly next: SessionPlace | null;
}

/** The sessions of everybody, for those who keep watch over them and for cleaning up. */
export interface SessionArchive extends SessionStore {
  listAll(limit: number, after: SessionPlace | null): Promise<ArchivedSessions>;
  /** Deletes sessions that were last seen before, with their tokens, at most `limit` of them. Gives how many. */
  deleteOld(beforeMs: number, limit: number): Promise<number>;
}
