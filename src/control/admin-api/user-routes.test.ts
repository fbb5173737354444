import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_TOKEN, consoleAuthRig, consoleAuthServer, GOOD_PASSWORD } from '../../../test/support/console-auth-rig.ts';

const headers = { 'x-admin-token': ADMIN_TOKEN };

async function served() {
  const rig = await consoleAuthRig();
  return { rig, send: await consoleAuthServer(rig) };
}

test('users are made, read, changed and deleted', async () => {
  const { rig, send } = await served();
  await rig.addUser('root');
  const made = await send('POST', '/api/admin/users', { headers, body: { username: 'ada', password: GOOD_PASSWORD, role: 'viewer' } });
  assert.equal(made.status, 201);
  assert.deepEqual(made.body, {
    id: made.body.id,
    username: 'ada',
    role: 'viewer',
    enabled: true,
    hasPassword: true,
    identityProvider: false,
    secondFactor: false,
    createdAt: '2026-11-20T00:00:00.000Z',
    lastLoginAt: null,
  });
  const url = `/api/admin/users/${made.body.id}`;
  assert.deepEqual((await send('GET', url, { headers })).body, made.body);
  assert.equal((await send('PATCH', url, { headers, body: { role: 'operator', enabled: false } })).body.role, 'operator');
  assert.equal((await send('POST', `${url}/password`, { headers, body: { password: 'a password from the admin' } })).status, 204);
  assert.equal((await send('DELETE', url, { headers })).status, 204);
  assert.equal((await send('GET', url, { headers })).status, 404);
});

test('users come by pages in the order of their names, and by what one looks for', async () => {
  const { rig, send } = await served();
  for (const name of ['Dora', 'anna', 'carl', 'Bert', 'anton']) await rig.addUser(name);
  const seen: string[] = [];
  let url = '/api/admin/users?limit=2';
  for (;;) {
    const { body } = await send('GET', url, { headers });
    assert.ok(body.items.length <= 2);
    seen.push(...body.items.map(({ username }) => username));
    if (body.next === null) break;
    url = `/api/admin/users?limit=2&cursor=${encodeURIComponent(body.next)}`;
  }
  assert.deepEqual(seen, ['anna', 'anton', 'Bert', 'carl', 'Dora']);
  const found = await send('GET', '/api/auth/users?search=AN', { headers });
  assert.deepEqual(
    found.body.items.map(({ username }) => username),
    ['anna', 'anton'],
  );
  assert.equal((await send('GET', '/api/admin/users?limit=0', { headers })).status, 400);
  assert.equal((await send('GET', '/api/admin/users?sort=name', { headers })).status, 400);
});

test('the last admin stays, and says so', async () => {
  const { rig, send } = await served();
  const { id } = await rig.addUser('root');
  const answer = await send('DELETE', `/api/admin/users/${id}`, { headers });
  assert.deepEqual([answer.status, answer.body.error.code], [409, 'conflict']);
});

test('wrong fields are named, and no password comes back', async () => {
  const { rig, send } = await served();
  await rig.addUser('root');
  const password = 'password2026';
  const wrong = await send('POST', '/api/admin/users', { headers, body: { username: 'x y', password, role: 'viewer' } });
  assert.deepEqual(
    wrong.body.error.problems?.map(({ path }) => path),
    ['username', 'password'],
  );
  assert.ok(!JSON.stringify(wrong.body).includes(password));
  const role = await send('POST', '/api/admin/users', { headers, body: { username: 'ada', password: GOOD_PASSWORD, role: 'owner' } });
  assert.deepEqual(
    role.body.error.problems?.map(({ path }) => path),
    ['role'],
  );
  const unknown = await send('POST', '/api/admin/users', { headers, body: { username: 'ada', password: GOOD_PASSWORD, role: 'viewer', version: 0 } });
  assert.equal(unknown.status, 400);
});
