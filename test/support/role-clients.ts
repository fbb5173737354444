import assert from 'node:assert/strict';
import { ROLES, type Role } from '../../src/security/roles/role.ts';
import { AdminClient } from './admin-client.ts';

const PASSWORD = 'nine purple kettles whistling';

/** Somebody of each role, signed in. */
export async function signInAll(origin: string, admin: AdminClient): Promise<Readonly<Record<Role, AdminClient>>> {
  const clients = await Promise.all(ROLES.map(async (role) => [role, await signIn(origin, admin, role)] as const));
  return Object.fromEntries(clients) as Record<Role, AdminClient>;
}

async function signIn(origin: string, admin: AdminClient, role: Role): Promise<AdminClient> {
  const made = await admin.post('/api/admin/users', { username: `some-${role}`, password: PASSWORD, role });
  assert.equal(made.status, 201, made.text);
  const login = await admin.post('/api/auth/login', { username: `some-${role}`, password: PASSWORD });
  assert.equal(login.status, 200, login.text);
  return new AdminClient(origin, String(login.json['token']));
}
