import type { AuditEntryChange } from '../../domain/audit-entry.ts';
import type { UserRecord } from '../../security/accounts/user-record.ts';
import type { UserChange, UserOutcome, UserRefusal, UserStore } from '../../security/accounts/user-store.ts';
import { mayGrant, type Role } from '../../security/roles/role.ts';
import type { Sessions } from '../../security/sessions/sessions.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { OperationError } from '../operation-error.ts';
import type { Actor } from '../principal.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { CallOrigin } from './call-facts.ts';
import { newUserRecord } from './new-user-record.ts';
import type { PasswordGate } from './password-gate.ts';
import { requireCredentials, requirePassword, requireUserName } from './require-credentials.ts';

export interface UserDirectoryParts {
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly gate: PasswordGate;
  readonly trail: AuditTrail;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}

export interface UserUpdate {
  readonly username?: string;
  readonly role?: Role;
  readonly enabled?: boolean;
}

/** Who changes users. `origin` is null at the machine itself. */
export interface UserEditor {
  readonly by: Actor;
  readonly origin: CallOrigin | null;
}

/** Users in the hands of admins. A change of role, state or password ends the user's sessions. */
export class UserDirectory {
  readonly #parts: UserDirectoryParts;

  constructor(parts: UserDirectoryParts) {
    this.#parts = parts;
  }

  /** In the order of their names, those behind `after` only. */
  list(limit: number, after: string | null, search: string | null): Promise<readonly UserRecord[]> {
    return this.#parts.users.list(limit, after, search);
  }

  /** @throws {OperationError} `not_found`. */
  async get(id: string): Promise<UserRecord> {
    const user = await this.#parts.users.find(id);
    if (user === null) throw refusal('missing');
    return user;
  }

  /** @throws {OperationError} `invalid_field`, `forbidden`, `already_exists`, `unavailable`. */
  async create(editor: UserEditor, { username, password, role }: NewUser): Promise<UserRecord> {
    const { users, gate, nowMs, newId } = this.#parts;
    requireCredentials(username, password);
    requireGrant(editor.by, role);
    // The name is taken more often than it races: no hash is made for nothing.
    if ((await users.findByName(username)) !== null) throw refusal('taken');
    const passwordHash = await gate.hash(password);
    const user = recordOf(await users.insert(newUserRecord({ id: newId(), name: username, role, passwordHash, createdAtMs: nowMs() })));
    const changes = [
      { path: 'username', before: null, after: username },
      { path: 'role', before: null, after: role },
    ];
    await this.#record(editor, 'user.create', user.id, changes);
    return user;
  }

  /** @throws {OperationError} `invalid_field`, `forbidden`, `not_found`, `already_exists`, `conflict` for the last admin. */
  async update(editor: UserEditor, id: string, { username, role, enabled }: UserUpdate): Promise<UserRecord> {
    const before = await this.#editable(editor, id);
    if (username !== undefined) requireUserName(username);
    if (role !== undefined) requireGrant(editor.by, role);
    const change: UserChange = {
      ...(username === undefined ? {} : { name: username }),
      ...(role === undefined ? {} : { role }),
      ...(enabled === undefined ? {} : { isEnabled: enabled }),
    };
    const user = recordOf(await this.#parts.users.update(id, change));
    await this.#endOlder(before, user);
    const changes = [
      { path: 'username', before: before.name, after: user.name },
      { path: 'role', before: before.role, after: user.role },
      { path: 'enabled', before: before.isEnabled, after: user.isEnabled },
    ].filter((entry) => entry.before !== entry.after);
    if (changes.length > 0) await this.#record(editor, 'user.update', id, changes);
    return user;
  }

  /** @throws {OperationError} `not_found`, `forbidden`, `conflict` for the last admin. */
  async delete(editor: UserEditor, id: string): Promise<void> {
    const { users, sessions } = this.#parts;
    const user = await this.#editable(editor, id);
    recordOf(await users.delete(id));
    await sessions.endAll(id, 'account-changed');
    await this.#record(editor, 'user.delete', id, [{ path: 'username', before: user.name, after: null }]);
  }

  /** @throws {OperationError} `invalid_field`, `forbidden` for one's own, `not_found`, `conflict`, `unavailable`. */
  async resetPassword(editor: UserEditor, id: string, password: string): Promise<void> {
    const { users, gate } = this.#parts;
    const before = await this.#editable(editor, id);
    // Whoever found an open console must not be able to keep it.
    if (isSelf(editor.by, id)) throw new OperationError('forbidden', 'Change your own password with the present one.');
    if (before.passwordHash === null)
      throw new OperationError('conflict', 'This user signs in through an identity provider and has no password here.');
    requirePassword(password, before.name, 'password');
    const user = recordOf(await users.update(id, { passwordHash: await gate.hash(password) }));
    gate.pardon(user.name);
    await this.#endOlder(before, user);
    await this.#record(editor, 'user.password.reset', id, []);
  }

  /** For somebody who lost their phone. @throws {OperationError} `forbidden` for one's own, `not_found`, `conflict`. */
  async resetSecondFactor(editor: UserEditor, id: string): Promise<void> {
    const before = await this.#editable(editor, id);
    if (isSelf(editor.by, id)) throw new OperationError('forbidden', 'Take off your own second factor with your password and a code.');
    if (before.secondFactor === null) throw new OperationError('conflict', 'This user has no second factor.');
    const user = recordOf(await this.#parts.users.update(id, { secondFactor: null }));
    await this.#endOlder(before, user);
    await this.#record(editor, 'user.totp.reset', id, []);
  }

  /** Nobody lays hands on a user who may do more than they. */
  async #editable({ by }: UserEditor, id: string): Promise<UserRecord> {
    const user = await this.get(id);
    requireGrant(by, user.role);
    return user;
  }

  async #endOlder(before: UserRecord, after: UserRecord): Promise<void> {
    if (before.version !== after.version) await this.#parts.sessions.endAll(after.id, 'account-changed');
  }

  async #record({ by, origin }: UserEditor, action: string, subjectId: string, changes: readonly AuditEntryChange[]): Promise<void> {
    await this.#parts.trail.record({ by, origin, action, subjectKind: 'user', subjectId, changes });
  }
}

function isSelf(by: Actor, id: string): boolean {
  return by.kind === 'user' && by.id === id;
}

function requireGrant(by: Actor, role: Role): void {
  if (!mayGrant(by.role, role)) throw new OperationError('forbidden', `Your role may not give or touch the role ${role}.`);
}

/** @throws {OperationError} What the store refused. */
function recordOf(outcome: UserOutcome): UserRecord {
  if (outcome.ok) return outcome.user;
  throw refusal(outcome.reason);
}

function refusal(reason: UserRefusal): OperationError {
  switch (reason) {
    case 'taken':
      return new OperationError('already_exists', 'Another user has this name.', { problems: [{ path: 'username', message: 'is taken' }] });
    case 'missing':
      return new OperationError('not_found', 'There is no such user.');
    case 'last-admin':
      return new OperationError('conflict', 'This is the last admin who can sign in; make another admin first.');
    default:
      return unreachable(reason);
  }
}
