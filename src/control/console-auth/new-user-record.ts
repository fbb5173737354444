import type { UserRecord } from '../../security/accounts/user-record.ts';

type Given = Pick<UserRecord, 'id' | 'name' | 'role' | 'passwordHash' | 'createdAtMs'> & Partial<Pick<UserRecord, 'identity'>>;

/** A user as they begin: enabled, never signed in, without a second factor. */
export function newUserRecord(given: Given): UserRecord {
  return { isEnabled: true, version: 1, identity: null, secondFactor: null, lastLoginAtMs: null, ...given };
}
