import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_ACTIONS, type AdminAction } from './admin-actions.ts';
import { mayDo } from './may-do.ts';
import { isRole, mayGrant, ROLES, type Role } from './role.ts';

/** Act → viewer, operator, admin. A changed right is a changed line here. */
const TABLE = `
profile:read           yes yes yes
profile:write          yes yes yes
users:read             -   -   yes
users:write            -   -   yes
sessions:read          -   -   yes
sessions:write         -   -   yes
providers:read         yes yes yes
providers:write        -   yes yes
providers:operate      -   yes yes
provider-keys:read     yes yes yes
provider-keys:write    -   yes yes
provider-keys:operate  -   yes yes
models:read            yes yes yes
models:write           -   yes yes
models:operate         -   yes yes
catalogue:read         yes yes yes
catalogue:operate      -   yes yes
routes:read            yes yes yes
routes:write           -   yes yes
virtual-keys:read      yes yes yes
virtual-keys:write     -   yes yes
prompt-rules:read      yes yes yes
prompt-rules:write     -   yes yes
settings:read          yes yes yes
settings:write         -   -   yes
health-targets:read    yes yes yes
health-targets:write   -   yes yes
logs:read              -   yes yes
ledger:read            yes yes yes
bodies:read            -   -   yes
stats:read             yes yes yes
events:read            yes yes yes
playground:operate     -   yes yes
audit:read             -   yes yes
agents:read            yes yes yes
agents:write           -   -   yes
config:read            -   yes yes
config:operate         -   yes yes
config:write           -   -   yes
`;

const actions = Object.keys(ADMIN_ACTIONS) as AdminAction[];

test('each role may do what the table says, and nothing else', () => {
  const rows = actions.map((action) => [action.padEnd(22), ...ROLES.map((role) => (mayDo(role, action) ? 'yes' : '-  '))].join(' ').trimEnd());
  assert.equal(rows.join('\n'), TABLE.trim());
});

test('every area can be read by somebody or is only operated', () => {
  const areas = new Set(actions.map((action) => action.split(':')[0] ?? ''));
  const withoutReading = [...areas].filter((area) => !actions.some((action) => action === `${area}:read`));
  assert.deepEqual(withoutReading, ['playground']);
});

test('a role that nobody has and an act that nobody does are refused', () => {
  for (const role of ['', 'root', 'Admin', 'constructor', '__proto__', null, undefined]) {
    assert.equal(isRole(role), false);
    assert.equal(mayDo(role as unknown as Role, 'providers:read'), false);
  }
  for (const action of ['', 'providers', 'toString', '__proto__', 'providers:delete']) {
    assert.equal(mayDo('admin', action as AdminAction), false, action);
  }
});

test('only admins give roles', () => {
  for (const granted of ROLES) {
    assert.equal(mayGrant('admin', granted), true);
    assert.equal(mayGrant('operator', granted), false);
    assert.equal(mayGrant('viewer', granted), false);
  }
});
