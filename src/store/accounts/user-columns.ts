import { createHash } from 'node:crypto';
import type { UserChange } from '../../security/accounts/user-store.ts';
import type { SecondFactor, UserRecord } from '../../security/accounts/user-record.ts';
import type { Role } from '../../security/roles/role.ts';
import type { UsersTable } from '../tables.ts';

/** What makes a name the same as another. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** By which an identity is found. */
export function identityHash(identity: string): string {
  return createHash('sha256').update(identity).digest('hex');
}

export function userOfRow(row: UsersTable): UserRecord {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    isEnabled: row.is_enabled === 1,
    version: row.version,
    passwordHash: row.password_hash,
    identity: row.identity,
    secondFactor: secondFactorOf(row),
    createdAtMs: row.created_at,
    lastLoginAtMs: row.last_login_at,
  };
}

export function rowOfUser(user: UserRecord): UsersTable {
  const { id, name, role, isEnabled, version, passwordHash, identity, secondFactor, createdAtMs, lastLoginAtMs } = user;
  return {
    id,
    name,
    name_key: nameKey(name),
    role,
    is_enabled: isEnabled ? 1 : 0,
    version,
    password_hash: passwordHash,
    identity,
    identity_hash: identity === null ? null : identityHash(identity),
    ...columnsOfFactor(secondFactor),
    created_at: createdAtMs,
    last_login_at: lastLoginAtMs,
  };
}

/** The columns that a change writes, and no other: steps and recovery codes may be taken at the same time. */
export function columnsOfChange(change: UserChange, version: number): Partial<UsersTable> {
  const { name, role, isEnabled, passwordHash, identity, secondFactor, lastLoginAtMs } = change;
  return {
    version,
    ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
    ...(role === undefined ? {} : { role }),
    ...(isEnabled === undefined ? {} : { is_enabled: isEnabled ? 1 : 0 }),
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
    ...(identity === undefined ? {} : { identity, identity_hash: identity === null ? null : identityHash(identity) }),
    ...(secondFactor === undefined ? {} : columnsOfFactor(secondFactor)),
    ...(lastLoginAtMs === undefined ? {} : { last_login_at: lastLoginAtMs }),
  };
}

export function recoveryColumn(hashes: readonly string[]): string {
  return JSON.stringify(hashes);
}

type FactorColumns = Pick<UsersTable, 'totp_secret' | 'totp_confirmed' | 'totp_last_step' | 'recovery_hashes'>;

function columnsOfFactor(factor: SecondFactor | null): FactorColumns {
  return {
    totp_secret: factor?.sealedSecret ?? null,
    totp_confirmed: factor?.isConfirmed === true ? 1 : 0,
    totp_last_step: factor?.lastStep ?? null,
    recovery_hashes: recoveryColumn(factor?.recoveryHashes ?? []),
  };
}

function secondFactorOf(row: FactorColumns): SecondFactor | null {
  if (row.totp_secret === null) return null;
  return {
    sealedSecret: row.totp_secret,
    isConfirmed: row.totp_confirmed === 1,
    lastStep: row.totp_last_step,
    recoveryHashes: JSON.parse(row.recovery_hashes) as readonly string[],
  };
}
