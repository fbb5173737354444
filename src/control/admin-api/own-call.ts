import type { SessionRecord } from '../../security/sessions/session-record.ts';
import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import type { OwnCall } from '../console-auth/own-account.ts';
import type { AdminCall } from '../http/admin-route.ts';
import { OperationError } from '../operation-error.ts';
import { originOf } from './session-answer.ts';

/** The session of a call that the guard let in; null: none, as with the admin token. */
export function sessionOf(auth: ConsoleAuth, { headers, isSecure }: Pick<AdminCall, 'headers' | 'isSecure'>): Promise<SessionRecord | null> {
  // The guard asked for the CSRF token already.
  return auth.reader.sessionOf({ method: 'GET', headers, isSecure });
}

/** @throws {OperationError} `forbidden`: the admin token and virtual keys have no account. */
export async function ownCallOf(auth: ConsoleAuth, call: Omit<AdminCall, 'body' | 'query' | 'params'>): Promise<OwnCall> {
  const { principal } = call;
  const session = principal.kind === 'user' ? await sessionOf(auth, call) : null;
  if (principal.kind === 'user' && session !== null) return { principal, session, origin: originOf(call) };
  throw new OperationError('forbidden', 'This is for users who signed in with an account of their own.');
}
