import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_ACTIONS, type AdminAction } from '../../security/roles/admin-actions.ts';
import { mayDo } from '../../security/roles/may-do.ts';
import { ROLES } from '../../security/roles/role.ts';
import type { Principal } from '../principal.ts';
import { may } from './may.ts';

const ACTIONS = Object.keys(ADMIN_ACTIONS) as AdminAction[];
const NOBODY: Principal = { kind: 'nobody' };
const CALLER: Principal = { kind: 'virtual-key', id: 'k1', name: 'ci' };
const ADMIN_TOKEN: Principal = { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' };

test('nobody may call public routes and nothing else', () => {
  assert.ok(may(NOBODY, 'public'));
  assert.deepEqual(
    [...ACTIONS, 'signed-in' as const, 'own-usage' as const].filter((access) => may(NOBODY, access)),
    [],
  );
});

test('a virtual key may see its own usage and nothing else', () => {
  assert.ok(may(CALLER, 'public') && may(CALLER, 'own-usage'));
  assert.deepEqual(
    [...ACTIONS, 'signed-in' as const].filter((access) => may(CALLER, access)),
    [],
  );
});

test('users may do what their role allows, and the admin token everything', () => {
  for (const role of ROLES) {
    const user: Principal = { kind: 'user', id: 'u1', name: 'ada', role, sessionId: 's1' };
    assert.ok(may(user, 'signed-in') && may(user, 'own-usage'));
    for (const action of ACTIONS) assert.equal(may(user, action), mayDo(role, action));
  }
  assert.ok(ACTIONS.every((action) => may(ADMIN_TOKEN, action)));
});
