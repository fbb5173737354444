import type { OidcConfig } from '../../../config/admin-access.ts';
import type { UserRecord } from '../../../security/accounts/user-record.ts';
import type { UserChange, UserOutcome, UserStore } from '../../../security/accounts/user-store.ts';
import type { Role } from '../../../security/roles/role.ts';
import type { Sessions } from '../../../security/sessions/sessions.ts';
import { OperationError } from '../../operation-error.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { CallFacts, CallOrigin } from '../call-facts.ts';
import { ConsoleCookie } from '../console-cookie.ts';
import { newUserRecord } from '../new-user-record.ts';
import type { CookieSession } from '../opened-session.ts';
import type { SessionOpener } from '../session-opener.ts';
import { OidcProvider, type OidcClaims } from './oidc-provider.ts';
import { roleOfClaims } from './oidc-role.ts';
import { OidcTransactions } from './oidc-transaction.ts';
import { distinctUserName, userNameOfClaims } from './oidc-user-name.ts';
import { redirectUriOf } from './redirect-uri.ts';

export interface OidcSignInParts {
  /** Null: nobody signs in through a provider. */
  readonly config: OidcConfig | null;
  /** PUBLIC_URL; null: unset. */
  readonly publicUrl: string | null;
  readonly transactionKey: Uint8Array;
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly opener: SessionOpener;
  readonly trail: AuditTrail;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly newId: () => string;
}

type WebFacts = Pick<CallFacts, 'headers' | 'isSecure'>;

const LIFE_MS = 10 * 60_000;
const COOKIE = new ConsoleCookie({ hostName: '__Host-headgate-oidc', plainName: 'headgate_oidc', sameSite: 'Lax', lifeSeconds: LIFE_MS / 1000 });
const NAMES_TRIED = 5;
/** OpenID Connect Core 2: a subject has at most 255 ASCII characters. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/u;

/** Signing in through an identity provider: authorization code with PKCE, state and nonce. */
export class OidcSignIn {
  readonly #parts: OidcSignInParts;
  readonly #transactions: OidcTransactions;
  readonly #provider: OidcProvider | null;

  constructor(parts: OidcSignInParts) {
    this.#parts = parts;
    this.#transactions = new OidcTransactions(parts.transactionKey);
    this.#provider = parts.config === null ? null : new OidcProvider(parts.config, parts.monotonicMs);
  }

  /** What the button says; null: there is none. */
  get label(): string | null {
    return this.#parts.config?.label ?? null;
  }

  /** Sends the browser to the provider. @throws {OperationError} `not_found`, `unavailable`, `upstream_failed`. */
  async begin(facts: WebFacts): Promise<{ readonly location: string; readonly cookie: string }> {
    const provider = this.#requireProvider();
    const { url, ...checks } = await provider.begin(redirectUriOf(this.#parts.publicUrl, facts));
    const expiresAtMs = this.#parts.nowMs() + LIFE_MS;
    const cookie = this.#transactions.write({ ...checks, issuer: provider.config.issuer, expiresAtMs });
    return { location: url, cookie: COOKIE.write(cookie, facts.isSecure) };
  }

  /** The value of Set-Cookie that ends the attempt, however it ended. */
  clearCookie(facts: WebFacts): string {
    return COOKIE.clear(facts.isSecure);
  }

  /**
   * Takes the browser back and opens a session of the console.
   * @param query The parameters that the provider added.
   * @throws {OperationError} `invalid_credentials`, `forbidden` when no role maps, `not_found`, `unavailable`, `upstream_failed`.
   */
  async finish(facts: WebFacts, query: Readonly<Record<string, string>>, origin: CallOrigin): Promise<CookieSession> {
    const provider = this.#requireProvider();
    const claims = await this.#redeem(provider, facts, query);
    if (claims === null || !SUBJECT.test(claims.sub)) {
      await this.#parts.trail.recordFailure('identity provider', null, 'identity-provider', origin);
      throw new OperationError('invalid_credentials', 'The sign-in through the identity provider failed or took too long; begin again.');
    }
    const user = await this.#admit(claims, provider.config, origin);
    const opened = await this.#parts.opener.openCookie(user, origin);
    const by = { kind: 'user', id: user.id, name: user.name, role: user.role, sessionId: opened.sessionId } as const;
    await this.#parts.trail.record({ by, origin, action: 'login.ok', subjectKind: 'user', subjectId: user.id });
    return opened;
  }

  async #redeem(provider: OidcProvider, facts: WebFacts, query: Readonly<Record<string, string>>): Promise<OidcClaims | null> {
    const transaction = this.#transactions.read(COOKIE.read(facts) ?? '', this.#parts.nowMs());
    if (transaction === null || transaction.issuer !== provider.config.issuer) return null;
    const returned = new URL(redirectUriOf(this.#parts.publicUrl, facts));
    for (const [name, value] of Object.entries(query)) returned.searchParams.append(name, value);
    return provider.finish(returned, transaction);
  }

  async #admit(claims: OidcClaims, config: OidcConfig, origin: CallOrigin): Promise<UserRecord> {
    const identity = `${claims.iss} ${claims.sub}`;
    const known = await this.#parts.users.findByIdentity(identity);
    const role = roleOfClaims(claims, config);
    if (role === null || known?.isEnabled === false) {
      if (known !== null) await this.#parts.sessions.endAll(known.id, 'account-changed');
      await this.#parts.trail.recordFailure(
        known?.name ?? userNameOfClaims(claims),
        known?.id ?? null,
        role === null ? 'no-role' : 'disabled',
        origin,
      );
      throw new OperationError('forbidden', 'Your identity provider knows you, but you have no access here; ask an admin.');
    }
    return known === null ? this.#create(claims, identity, role, origin) : this.#update(known, role, origin);
  }

  async #update(known: UserRecord, role: Role, origin: CallOrigin): Promise<UserRecord> {
    const change: UserChange = { lastLoginAtMs: this.#parts.nowMs(), ...(known.role === role ? {} : { role }) };
    const updated = await this.#parts.users.update(known.id, change);
    if (!updated.ok) throw refusedChange(updated);
    if (known.role === role) return updated.user;
    await this.#parts.sessions.endAll(known.id, 'account-changed');
    await this.#recordRole(updated.user, known.role, origin, 'user.update');
    return updated.user;
  }

  /** A new user, never an old one of the same name: that account is somebody else's until an admin says otherwise. */
  async #create(claims: OidcClaims, identity: string, role: Role, origin: CallOrigin): Promise<UserRecord> {
    const { users, nowMs, newId } = this.#parts;
    const wished = userNameOfClaims(claims);
    const now = nowMs();
    for (let tried = 0; tried < NAMES_TRIED; tried += 1) {
      const name = tried === 0 ? wished : distinctUserName(wished);
      const record = newUserRecord({ id: newId(), name, role, passwordHash: null, identity, createdAtMs: now });
      const made = await users.insert({ ...record, lastLoginAtMs: now });
      if (made.ok) {
        await this.#recordRole(made.user, null, origin, 'user.create');
        return made.user;
      }
      // Two windows may finish at once.
      const twin = await users.findByIdentity(identity);
      if (twin !== null) return this.#update(twin, role, origin);
    }
    throw new OperationError('conflict', 'No free name was found for this user; ask an admin.');
  }

  async #recordRole(user: UserRecord, before: Role | null, origin: CallOrigin, action: string): Promise<void> {
    const by = { kind: 'user', id: user.id, name: user.name, role: user.role, sessionId: '' } as const;
    const changes = [{ path: 'role', before, after: user.role }];
    await this.#parts.trail.record({ by, origin, action, subjectKind: 'user', subjectId: user.id, changes });
  }

  #requireProvider(): OidcProvider {
    if (this.#provider !== null) return this.#provider;
    throw new OperationError('not_found', 'No identity provider is configured.');
  }
}

function refusedChange({ reason }: UserOutcome & { readonly ok: false }): OperationError {
  if (reason !== 'last-admin') return new OperationError('invalid_credentials', 'This user was changed at the same time; begin again.');
  return new OperationError(
    'forbidden',
    'Your identity provider no longer makes you an admin, and you are the last one here; make another admin first.',
  );
}
