import { equalSecrets } from '../../security/hash-token.ts';
import type { AccessTokens } from '../../security/sessions/access-tokens.ts';
import type { CsrfTokens } from '../../security/sessions/csrf-tokens.ts';
import type { SessionRecord } from '../../security/sessions/session-record.ts';
import type { SessionCheck, Sessions } from '../../security/sessions/sessions.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallerDirectory } from './caller-directory.ts';
import { callerIdOf } from './console-accounts.ts';
import { isSameSite } from './is-same-site.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

export interface PrincipalReaderParts {
  /** Null: nobody has it. */
  readonly adminToken: string | null;
  readonly callers: CallerDirectory;
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly csrfTokens: CsrfTokens;
}

/** Who asks, and by which session; null: by none. */
interface Identified {
  readonly principal: Principal;
  readonly session: SessionRecord | null;
}

type Credential = { readonly kind: 'bearer' | 'admin-token' | 'cookie'; readonly text: string };

const NOBODY: Identified = { principal: { kind: 'nobody' }, session: null };
const BEARER = /^bearer +(\S+) *$/iu;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Finds out who sent a request. The first credential counts, right or wrong: Authorization, x-admin-token, the session cookie. */
export class PrincipalReader {
  readonly #parts: PrincipalReaderParts;

  constructor(parts: PrincipalReaderParts) {
    this.#parts = parts;
  }

  /** @throws {OperationError} `csrf_failed`: a cookie came, and nothing that proves the console sent it. */
  async authenticate(facts: CallFacts): Promise<Principal> {
    const { principal } = await this.#identify(facts);
    return principal;
  }

  /** The session in which somebody asks who passed {@link authenticate}; null: none, as with the admin token. */
  async sessionOf(facts: CallFacts): Promise<SessionRecord | null> {
    const { session } = await this.#identify(facts);
    return session;
  }

  async #identify(facts: CallFacts): Promise<Identified> {
    const credential = credentialOf(facts);
    if (credential === null || credential.text === '') return NOBODY;
    switch (credential.kind) {
      case 'bearer':
        return this.#identifyBearer(credential.text);
      case 'admin-token':
        return this.#identifyAdmin(credential.text);
      case 'cookie':
        return this.#identifyCookie(credential.text, facts);
    }
  }

  async #identifyBearer(text: string): Promise<Identified> {
    const admin = this.#identifyAdmin(text);
    if (admin !== NOBODY) return admin;
    const caller = this.#parts.callers.findBySecret(text);
    if (caller !== null) return caller.isEnabled ? { principal: { kind: 'virtual-key', id: caller.id, name: caller.name }, session: null } : NOBODY;
    const claims = await this.#parts.accessTokens.verify(text);
    if (claims === null) return NOBODY;
    const check = await this.#parts.sessions.checkById(claims.sessionId);
    const isSame = check.ok && check.session.userId === claims.userId && check.session.accountVersion === claims.accountVersion;
    return isSame ? identifiedBy(check) : NOBODY;
  }

  #identifyAdmin(text: string): Identified {
    const { adminToken } = this.#parts;
    if (adminToken === null || adminToken === '' || !equalSecrets(text, adminToken)) return NOBODY;
    return { principal: { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' }, session: null };
  }

  async #identifyCookie(text: string, facts: CallFacts): Promise<Identified> {
    const check = await this.#parts.sessions.check(text);
    if (!check.ok) return NOBODY;
    if (!SAFE_METHODS.has(facts.method)) this.#requireConsole(facts, check.session.id);
    return identifiedBy(check);
  }

  #requireConsole(facts: CallFacts, sessionId: string): void {
    if (isSameSite(facts) && this.#parts.csrfTokens.verify(facts.headers['x-csrf-token'] ?? '', sessionId)) return;
    throw new OperationError(
      'csrf_failed',
      'A request with the session cookie needs the header x-csrf-token of its session, and has to come from the console itself.',
    );
  }
}

function credentialOf({ headers, isSecure }: CallFacts): Credential | null {
  const authorization = headers['authorization'];
  if (authorization !== undefined && authorization !== '') return { kind: 'bearer', text: BEARER.exec(authorization)?.[1] ?? '' };
  const adminToken = headers['x-admin-token'];
  if (adminToken !== undefined) return { kind: 'admin-token', text: adminToken.trim() };
  const cookie = SESSION_COOKIE.read({ headers, isSecure });
  return cookie === null ? null : { kind: 'cookie', text: cookie };
}

function identifiedBy({ session, account }: SessionCheck & { readonly ok: true }): Identified {
  const callerId = callerIdOf(account.userId);
  if (callerId !== null) return { principal: { kind: 'virtual-key', id: callerId, name: account.name }, session };
  return { principal: { kind: 'user', id: account.userId, name: account.name, role: account.role, sessionId: session.id }, session };
}
