/** How a session is carried on: by a cookie that stays, or by refresh tokens that are used once each. */
export type SessionKind = 'cookie' | 'refresh';

/**
 * Why a session is over. `idle`, `expired`: half an hour unused, twelve hours old. `signed-out`: by its user. `revoked`: by an admin.
 * `account-changed`: password, role or account changed. `reused`: a refresh token came twice, so one of the two who have it stole it.
 */
export type SessionEnd = 'idle' | 'expired' | 'signed-out' | 'revoked' | 'account-changed' | 'reused';

/** One login. Times are epoch ms. */
export interface SessionRecord {
  /** Names the session in lists and access tokens; opens nothing. */
  readonly id: string;
  readonly kind: SessionKind;
  readonly userId: string;
  /** The account's version at the login. */
  readonly accountVersion: number;
  readonly startedAtMs: number;
  readonly lastSeenAtMs: number;
  readonly endedAtMs: number | null;
  readonly end: SessionEnd | null;
  /** For the list of sessions: where from, and with which program. */
  readonly address: string;
  readonly userAgent: string;
}
