import { hashToken } from '../hash-token.ts';
import { inspectToken } from '../tokens/inspect-token.ts';
import { makeToken } from '../tokens/make-token.ts';
import type { TokenKind } from '../tokens/token-kinds.ts';
import type { SessionEnd, SessionKind, SessionRecord } from './session-record.ts';
import { lapseOf } from './session-lapse.ts';
import type { Account, AccountSource, SessionStore } from './session-store.ts';

/** `nowMs`: wall clock, epoch ms. `newId`: an id for a session, a UUID. */
export interface SessionsParts {
  readonly store: SessionStore;
  readonly accounts: AccountSource;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

export interface SessionStart {
  readonly userId: string;
  readonly accountVersion: number;
  readonly kind: SessionKind;
  readonly address: string;
  readonly userAgent: string;
}

/** A session with its token, which is given out now and never again. */
export interface StartedSession {
  readonly session: SessionRecord;
  readonly token: string;
}

/** `unknown`: no such token or session. The rest says why it is over. */
export type SessionRefusal = SessionEnd | 'unknown';
export type SessionCheck =
  | { readonly ok: true; readonly session: SessionRecord; readonly account: Account }
  | { readonly ok: false; readonly reason: SessionRefusal };
export type RefreshCheck = (SessionCheck & { readonly ok: true; readonly token: string }) | (SessionCheck & { readonly ok: false });

/** A session that was seen less than this ago is not written again. */
const TOUCH_MS = 60_000;
const LONGEST_USER_AGENT = 200;

const TOKEN_KINDS = { cookie: 'session', refresh: 'refresh' } as const satisfies Record<SessionKind, TokenKind>;

/** Logins and their lives. The store sees hashes of tokens only. */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Begins a session with a token of its own; never takes over one that a client brought (session fixation). */
  async start({ userId, accountVersion, kind, address, userAgent }: SessionStart): Promise<StartedSession> {
    const now = this.#parts.nowMs();
    const token = makeToken(TOKEN_KINDS[kind]);
    const session: SessionRecord = {
      id: this.#parts.newId(),
      kind,
      userId,
      accountVersion,
      startedAtMs: now,
      lastSeenAtMs: now,
      endedAtMs: null,
      end: null,
      address,
      userAgent: userAgent.slice(0, LONGEST_USER_AGENT),
    };
    await this.#parts.store.insert(session, hashToken(token));
    return { session, token };
  }

  /** Asks about the token of a cookie. */
  async check(token: string): Promise<SessionCheck> {
    const session = await this.#findByToken(token, 'cookie');
    return session === null ? refused('unknown') : this.#checkLive(session);
  }

  /** Asks about the session that an access token names. */
  async checkById(id: string): Promise<SessionCheck> {
    const session = await this.#parts.store.find(id);
    return session === null ? refused('unknown') : this.#checkLive(session);
  }

  /** Takes a refresh token and gives the next one. One that comes a second time ends the session: two have it. */
  async refresh(token: string): Promise<RefreshCheck> {
    const session = await this.#findByToken(token, 'refresh');
    if (session === null) return refused('unknown');
    const checked = await this.#checkLive(session);
    if (!checked.ok) return checked;
    const next = makeToken('refresh');
    const now = this.#parts.nowMs();
    const isReplaced = await this.#parts.store.replaceToken(session.id, hashToken(token), hashToken(next), now);
    if (!isReplaced) return this.#refuse(session, 'reused');
    return { ...checked, session: { ...checked.session, lastSeenAtMs: now }, token: next };
  }

  async end(id: string, end: SessionEnd): Promise<void> {
    await this.#parts.store.end(id, end, this.#parts.nowMs());
  }

  /** Ends all sessions of a user, but for one of them. */
  async endAll(userId: string, end: SessionEnd, exceptId: string | null = null): Promise<void> {
    for (const session of await this.#parts.store.listOfUser(userId)) {
      if (session.endedAtMs === null && session.id !== exceptId) await this.end(session.id, end);
    }
  }

  async #findByToken(token: string, kind: SessionKind): Promise<SessionRecord | null> {
    const { look, kind: tokenKind } = inspectToken(token);
    if (look !== 'whole' || tokenKind !== TOKEN_KINDS[kind]) return null;
    return this.#parts.store.findByToken(hashToken(token));
  }

  async #checkLive(session: SessionRecord): Promise<SessionCheck> {
    if (session.end !== null || session.endedAtMs !== null) return refused(session.end ?? 'revoked');
    const now = this.#parts.nowMs();
    const lapse = lapseOf(session, now);
    if (lapse !== null) return this.#refuse(session, lapse);
    const account = await this.#parts.accounts.find(session.userId);
    if (account === null || !account.isEnabled || account.version !== session.accountVersion) return this.#refuse(session, 'account-changed');
    if (now - session.lastSeenAtMs < TOUCH_MS) return { ok: true, session, account };
    await this.#parts.store.touch(session.id, now);
    return { ok: true, session: { ...session, lastSeenAtMs: now }, account };
  }

  async #refuse(session: SessionRecord, end: SessionEnd): Promise<SessionCheck & { readonly ok: false }> {
    await this.end(session.id, end);
    return refused(session.end ?? end);
  }
}

function refused(reason: SessionRefusal): SessionCheck & { readonly ok: false } {
  return { ok: false, reason };
}
