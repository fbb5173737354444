import type { Role } from '../roles/role.ts';
import type { SessionEnd, SessionRecord } from './session-record.ts';

/** What sessions need to know of their user, as it is now. */
export interface Account {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly isEnabled: boolean;
  /** Goes up by one with each change of password, role, second factor or state: older sessions end. */
  readonly version: number;
}

/** The account of a user, null when there is none any more. */
export interface AccountSource {
  find(userId: string): Promise<Account | null>;
}

/** Where sessions are kept. Tokens come as SHA-256, never in clear; those that were replaced are kept until the session is deleted. */
export interface SessionStore {
  insert(session: SessionRecord, tokenHash: string): Promise<void>;
  find(id: string): Promise<SessionRecord | null>;
  /** Also by a token that was replaced. */
  findByToken(tokenHash: string): Promise<SessionRecord | null>;
  listOfUser(userId: string): Promise<readonly SessionRecord[]>;
  touch(id: string, lastSeenAtMs: number): Promise<void>;
  /** Puts a new token into the place of the present one, in one atomic step. False when `fromHash` is not that any more, or the session is over. */
  replaceToken(id: string, fromHash: string, toHash: string, lastSeenAtMs: number): Promise<boolean>;
  /** Ends a session that is not over yet; leaves others as they are. */
  end(id: string, end: SessionEnd, endedAtMs: number): Promise<void>;
}
