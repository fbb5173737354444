import { join } from 'node:path';
import { loadAuthSecrets } from '../control/console-auth/auth-secrets.ts';
import { createConsoleAuth, type ConsoleAuth } from '../control/console-auth/console-auth.ts';
import { OperationError } from '../control/operation-error.ts';
import { systemClock } from '../lib/system-clock.ts';
import { UuidV7Source } from '../lib/uuid-v7.ts';
import { maskText } from '../security/audit/mask-text.ts';
import { Redactor } from '../security/redactor.ts';
import { SqlSessionStore } from '../store/accounts/sql-session-store.ts';
import { SqlUserStore } from '../store/accounts/sql-user-store.ts';
import { AuditLog } from '../store/audit/audit-log.ts';
import { openControlStore } from './control/open-control-store.ts';
import { patientSealer } from './control/patient-sealer.ts';
import type { ServeOptions } from './serve-options.ts';

const EDITOR = { by: { kind: 'machine', id: 'machine', name: 'command line', role: 'admin' }, origin: null } as const;

/** Makes a user who may do everything. @throws {OperationError} for a weak password or a name that is taken. */
export function createAdmin(start: Pick<ServeOptions, 'bootstrap'>, username: string, password: string): Promise<void> {
  return withAccounts(start, async ({ users }) => {
    await users.create(EDITOR, { username, password, role: 'admin' });
  });
}

/** Gives a user another password and ends their sessions; with `dropsSecondFactor` they sign in without one until they set it up anew. */
export function resetPassword(start: Pick<ServeOptions, 'bootstrap'>, username: string, password: string, dropsSecondFactor: boolean): Promise<void> {
  return withAccounts(start, async ({ users }, known) => {
    const user = await known.findByName(username);
    if (user === null) throw new OperationError('not_found', `There is no user ${username}.`);
    await users.resetPassword(EDITOR, user.id, password);
    if (dropsSecondFactor) await users.resetSecondFactor(EDITOR, user.id);
  });
}

async function withAccounts<Result>(
  { bootstrap }: Pick<ServeOptions, 'bootstrap'>,
  work: (auth: ConsoleAuth, known: SqlUserStore) => Promise<Result>,
): Promise<Result> {
  const store = await openControlStore(bootstrap);
  try {
    const { db } = store.database;
    const ids = new UuidV7Source();
    const audit = new AuditLog(db);
    const redactor = new Redactor();
    const users = new SqlUserStore(db);
    return await work(
      createConsoleAuth({
        users,
        sessionArchive: new SqlSessionStore(db),
        values: store.values,
        callers: { findBySecret: () => null, findById: () => null },
        secrets: loadAuthSecrets(bootstrap.jwtSecret, join(bootstrap.dataDir, 'jwt.secret')),
        adminToken: null,
        sealer: patientSealer(store.sealer),
        allowRegistration: false,
        oidc: null,
        publicUrl: null,
        audit: (entry) => audit.append(entry),
        mask: (text) => maskText(text, false, redactor),
        nowMs: Date.now,
        monotonicMs: systemClock.monotonicMs,
        newId: () => ids.next(Date.now()),
      }),
      users,
    );
  } finally {
    await store.close();
  }
}
