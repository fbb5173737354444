import type { UserRecord } from '../../security/accounts/user-record.ts';
import type { UserStore } from '../../security/accounts/user-store.ts';
import type { ValueStore } from '../../security/accounts/value-store.ts';
import { equalSecrets, hashToken } from '../../security/hash-token.ts';
import { weaknessOfPassword } from '../../security/passwords/password-rules.ts';
import type { SessionKind } from '../../security/sessions/session-record.ts';
import { addressGroup } from '../../security/sign-in/address-group.ts';
import { inspectToken } from '../../security/tokens/inspect-token.ts';
import { makeToken } from '../../security/tokens/make-token.ts';
import { OperationError } from '../operation-error.ts';
import type { Principal } from '../principal.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallOrigin } from './call-facts.ts';
import { newUserRecord } from './new-user-record.ts';
import type { OpenedSession } from './opened-session.ts';
import type { PasswordGate } from './password-gate.ts';
import { requireCredentials } from './require-credentials.ts';
import type { SessionOpener } from './session-opener.ts';
import { isUserName } from './user-name.ts';

export interface FirstStartParts {
  readonly users: UserStore;
  readonly values: ValueStore;
  readonly opener: SessionOpener;
  readonly gate: PasswordGate;
  readonly trail: AuditTrail;
  /** Whether strangers may make themselves viewers. */
  readonly allowRegistration: boolean;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

export interface Registration {
  /** Of the setup link; null: none was sent. */
  readonly token: string | null;
  readonly username: string;
  readonly password: string;
  readonly kind: SessionKind;
}

const SETUP_TOKEN = 'setup_token';
const MACHINE: Principal = { kind: 'machine', id: 'machine', name: 'environment', role: 'admin' };

/** How the first admin comes to be: by the setup link that the start prints, or from the environment. */
export class FirstStart {
  readonly #parts: FirstStartParts;

  constructor(parts: FirstStartParts) {
    this.#parts = parts;
  }

  /**
   * The token of a new setup link, or null when nobody needs one. Links of earlier starts stop working.
   * @param hasAdmin Whether the environment names an admin or an admin token.
   */
  async openSetup(hasAdmin: boolean): Promise<string | null> {
    const { users, values } = this.#parts;
    if (hasAdmin || (await users.count()) > 0) {
      const left = await values.get(SETUP_TOKEN);
      if (left !== null) await values.take(SETUP_TOKEN, left);
      return null;
    }
    const token = makeToken('setup');
    await values.put(SETUP_TOKEN, hashToken(token));
    return token;
  }

  get isRegistrationOpen(): boolean {
    return this.#parts.allowRegistration;
  }

  /** Whether the setup link waits to be used. */
  async isSetupOpen(): Promise<boolean> {
    const { users, values } = this.#parts;
    return (await users.count()) === 0 && (await values.get(SETUP_TOKEN)) !== null;
  }

  /**
   * Makes the first admin, of many who try exactly one; later viewers, where registration is open.
   * @throws {OperationError} `unauthorized` for a wrong setup token, `registration_closed`, `invalid_field`, `already_exists`, `too_many_requests`.
   */
  async register(registration: Registration, origin: CallOrigin): Promise<OpenedSession> {
    const { users, values, gate, allowRegistration } = this.#parts;
    const setupHash = (await users.count()) === 0 ? await values.get(SETUP_TOKEN) : null;
    if (setupHash !== null) {
      requireSetupToken(registration.token, setupHash);
      return this.#registerFirst(registration, setupHash, origin);
    }
    if (!allowRegistration) throw closed();
    // Never called a success: whoever makes many accounts from one place has to wait, too.
    return gate.tryOnce(`registration ${addressGroup(origin.address)}`, origin.address, () => this.#registerViewer(registration, origin));
  }

  /**
   * Makes the admin of ADMIN_USERNAME and ADMIN_PASSWORD when nobody has that name; a user who has it is left alone.
   * @throws {OperationError} `invalid_field`, with a sentence that names the variable.
   */
  async ensureFirstAdmin({ username, password }: { readonly username: string; readonly password: string }): Promise<void> {
    const { users, gate, trail, nowMs, newId } = this.#parts;
    if (!isUserName(username)) throw unfit('ADMIN_USERNAME', 'needs 3 to 32 letters, digits, dots, hyphens or underscores');
    const weakness = weaknessOfPassword(password, username);
    if (weakness !== null) throw unfit('ADMIN_PASSWORD', weakness);
    if ((await users.findByName(username)) !== null) return;
    const passwordHash = await gate.hash(password);
    const made = await users.insert(newUserRecord({ id: newId(), name: username, role: 'admin', passwordHash, createdAtMs: nowMs() }));
    // Another process that starts at the same time was faster.
    if (made.ok) await trail.record({ by: MACHINE, origin: null, action: 'user.create', subjectKind: 'user', subjectId: made.user.id });
  }

  async #registerFirst(registration: Registration, setupHash: string, origin: CallOrigin): Promise<OpenedSession> {
    const { users, values } = this.#parts;
    const admin = await users.insertFirst(await this.#makeRecord(registration, 'admin'));
    if (admin === null) throw closed();
    await values.take(SETUP_TOKEN, setupHash);
    return this.#welcome(admin, registration.kind, origin, 'user.setup');
  }

  async #registerViewer(registration: Registration, origin: CallOrigin): Promise<OpenedSession> {
    const made = await this.#parts.users.insert(await this.#makeRecord(registration, 'viewer'));
    if (!made.ok)
      throw new OperationError('already_exists', 'Another user has this name.', { problems: [{ path: 'username', message: 'is taken' }] });
    return this.#welcome(made.user, registration.kind, origin, 'user.register');
  }

  async #makeRecord({ username, password }: Registration, role: 'admin' | 'viewer'): Promise<UserRecord> {
    const { gate, nowMs, newId } = this.#parts;
    requireCredentials(username, password);
    const now = nowMs();
    const passwordHash = await gate.hash(password);
    return { ...newUserRecord({ id: newId(), name: username, role, passwordHash, createdAtMs: now }), lastLoginAtMs: now };
  }

  async #welcome(user: UserRecord, kind: SessionKind, origin: CallOrigin, action: string): Promise<OpenedSession> {
    const opened = await this.#parts.opener.openForUser(user, kind, origin);
    const by = { kind: 'user', id: user.id, name: user.name, role: user.role, sessionId: opened.sessionId } as const;
    const changes = [{ path: 'role', before: null, after: user.role }];
    await this.#parts.trail.record({ by, origin, action, subjectKind: 'user', subjectId: user.id, changes });
    return opened;
  }
}

function requireSetupToken(token: string | null, setupHash: string): void {
  const isOurs = token !== null && inspectToken(token).look === 'whole' && inspectToken(token).kind === 'setup';
  if (isOurs && equalSecrets(hashToken(token), setupHash)) return;
  throw new OperationError('unauthorized', 'The setup link is wrong, or a newer start printed another one; open the last one that was printed.');
}

function closed(): OperationError {
  return new OperationError('registration_closed', 'Registration is closed; ask an admin for an account.');
}

function unfit(variable: string, weakness: string): OperationError {
  return new OperationError('invalid_field', `${variable} ${weakness}.`, { problems: [{ path: variable, message: weakness }] });
}
