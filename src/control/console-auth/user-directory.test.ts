import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAuthRig, from, GOOD_PASSWORD, whoIs, type ConsoleAuthRig } from '../../../test/support/console-auth-rig.ts';
import { codeOf } from '../../../test/support/refusal-of.ts';
import type { Role } from '../../security/roles/role.ts';
import type { UserEditor } from './user-directory.ts';

const BY_TOKEN: UserEditor = { by: { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' }, origin: from() };

function byUser(id: string, role: Role = 'admin'): UserEditor {
  return { by: { kind: 'user', id, name: 'somebody', role, sessionId: 's1' }, origin: from() };
}

async function rigWith(...names: readonly string[]) {
  const rig = await consoleAuthRig();
  const ids: string[] = [];
  for (const name of names) ids.push((await rig.addUser(name)).id);
  return { rig, users: rig.auth.users, ids };
}

test('makes users with a fit name, a good password and a role', async () => {
  const { rig, users } = await rigWith('root');
  const made = await users.create(BY_TOKEN, { username: 'ada', password: GOOD_PASSWORD, role: 'viewer' });
  assert.deepEqual([made.name, made.role, made.isEnabled], ['ada', 'viewer', true]);
  assert.equal((await rig.login('ada')).user.role, 'viewer');
  assert.equal(await codeOf(users.create(BY_TOKEN, { username: 'ADA', password: GOOD_PASSWORD, role: 'viewer' })), 'already_exists');
  assert.equal(await codeOf(users.create(BY_TOKEN, { username: 'a', password: GOOD_PASSWORD, role: 'viewer' })), 'invalid_field');
  assert.equal(await codeOf(users.create(BY_TOKEN, { username: 'eve', password: 'password', role: 'viewer' })), 'invalid_field');
});

test('nobody gives more than they have, nor touches a user who has more', async () => {
  const { users, ids } = await rigWith('root');
  const viewer = await users.create(BY_TOKEN, { username: 'low', password: GOOD_PASSWORD, role: 'viewer' });
  for (const role of ['viewer', 'operator'] as const) {
    const editor = byUser('somebody', role);
    const acts = [
      users.create(editor, { username: `by-${role}`, password: GOOD_PASSWORD, role: 'admin' }),
      users.create(editor, { username: `by-${role}`, password: GOOD_PASSWORD, role: 'viewer' }),
      users.update(editor, viewer.id, { role: 'admin' }),
      users.update(editor, ids[0]!, { enabled: false }),
      users.resetPassword(editor, ids[0]!, GOOD_PASSWORD),
      users.resetSecondFactor(editor, ids[0]!),
      users.delete(editor, ids[0]!),
    ];
    assert.deepEqual(new Set(await Promise.all(acts.map(codeOf))), new Set(['forbidden']));
  }
});

test('the last admin who can sign in cannot be deleted, demoted or shut out, also when two leave at once', async () => {
  const { rig, users, ids } = await rigWith('one', 'two');
  const [one = '', two = ''] = ids;
  const both = await Promise.all([codeOf(users.update(BY_TOKEN, one, { role: 'viewer' })), codeOf(users.delete(BY_TOKEN, two))]);
  assert.deepEqual(both.toSorted(), ['conflict', 'ok']);
  const left = (await rig.users.list(10, null, null)).find(({ role }) => role === 'admin')!;
  for (const act of [
    users.delete(BY_TOKEN, left.id),
    users.update(BY_TOKEN, left.id, { enabled: false }),
    users.update(BY_TOKEN, left.id, { role: 'operator' }),
  ])
    assert.equal(await codeOf(act), 'conflict');
  assert.equal((await rig.login(left.name)).user.role, 'admin');
});

test('a change of role, state, password or second factor, and the end of the user, end every session at once', async () => {
  const changes: Record<string, (rig: ConsoleAuthRig, id: string) => Promise<unknown>> = {
    role: ({ auth }, id) => auth.users.update(BY_TOKEN, id, { role: 'viewer' }),
    state: ({ auth }, id) => auth.users.update(BY_TOKEN, id, { enabled: false }),
    password: ({ auth }, id) => auth.users.resetPassword(BY_TOKEN, id, 'a password from the admin'),
    deletion: ({ auth }, id) => auth.users.delete(BY_TOKEN, id),
  };
  for (const [what, change] of Object.entries(changes)) {
    const { rig, ids } = await rigWith('root', 'ada');
    const [tokens, browser, other] = [await rig.login('ada'), await rig.login('ada', { kind: 'cookie' }), await rig.login('root')];
    await change(rig, ids[1]!);
    assert.deepEqual(await Promise.all([tokens, browser, other].map((session) => whoIs(rig, session))), ['nobody', 'nobody', 'root'], what);
    assert.equal(tokens.kind === 'refresh' ? await codeOf(rig.auth.signIn.refresh(tokens.refreshToken, from())) : '', 'unauthorized');
  }
});

test('a new name ends nothing', async () => {
  const { rig, users, ids } = await rigWith('root');
  const opened = await rig.login('root');
  await users.update(BY_TOKEN, ids[0]!, { username: 'boss', role: 'admin', enabled: true });
  assert.equal(await whoIs(rig, opened), 'boss');
});

test('a reset gives a new password and forgives the failures with the old one; one’s own is changed with the present one', async () => {
  const { rig, users, ids } = await rigWith('root', 'ada');
  for (let index = 0; index < 6; index += 1) await codeOf(rig.login('ada', { password: 'forgotten, alas' }));
  await users.resetPassword(byUser(ids[0]!), ids[1]!, 'a password from the admin');
  assert.equal(await codeOf(rig.login('ada', { password: 'a password from the admin', address: '198.51.100.1' })), 'ok');
  assert.equal(await codeOf(users.resetPassword(byUser(ids[0]!), ids[0]!, 'a password from the admin')), 'forbidden');
  assert.equal(await codeOf(users.resetSecondFactor(byUser(ids[0]!), ids[0]!)), 'forbidden');
  assert.equal(await codeOf(users.resetPassword(BY_TOKEN, ids[1]!, 'password')), 'invalid_field');
});

test('a lost second factor is taken off, and the user signs in with the password alone', async () => {
  const { rig, users, ids } = await rigWith('root', 'ada');
  assert.equal(await codeOf(users.resetSecondFactor(BY_TOKEN, ids[1]!)), 'conflict');
  await rig.users.update(ids[1]!, { secondFactor: { sealedSecret: 'sealed', isConfirmed: true, lastStep: null, recoveryHashes: [] } });
  assert.equal(await codeOf(rig.login('ada')), 'second_factor_required');
  await users.resetSecondFactor(BY_TOKEN, ids[1]!);
  assert.equal(await codeOf(rig.login('ada')), 'ok');
});

test('users of an identity provider have no password to reset', async () => {
  const { rig, users } = await rigWith('root');
  const federated = { ...(await rig.users.findByName('root'))!, id: 'u9', name: 'fed', passwordHash: null, identity: 'https://idp.example 1' };
  await rig.users.insert(federated);
  assert.equal(await codeOf(users.resetPassword(BY_TOKEN, 'u9', GOOD_PASSWORD)), 'conflict');
  assert.equal(await codeOf(rig.login('fed')), 'invalid_credentials');
  assert.equal(await codeOf(rig.login('fed', { password: '' })), 'invalid_credentials');
});

test('every change is written down with who, whom, before and after, and without secrets', async () => {
  const { rig, users, ids } = await rigWith('root', 'ada');
  rig.audit.length = 0;
  await users.update(byUser(ids[0]!), ids[1]!, { role: 'viewer', enabled: false });
  await users.update(byUser(ids[0]!), ids[1]!, { role: 'viewer' });
  await users.resetPassword(byUser(ids[0]!), ids[1]!, 'a password from the admin');
  await users.delete(byUser(ids[0]!), ids[1]!);
  assert.deepEqual(
    rig.audit.map(({ action, actorId, subjectKind, subjectId }) => [action, actorId, subjectKind, subjectId]),
    ['user.update', 'user.password.reset', 'user.delete'].map((action) => [action, ids[0], 'user', ids[1]]),
  );
  assert.deepEqual(rig.audit[0]?.changes, [
    { path: 'role', before: 'admin', after: 'viewer' },
    { path: 'enabled', before: true, after: false },
  ]);
  const written = JSON.stringify(rig.audit);
  assert.ok(!written.includes('a password from the admin') && !written.includes('argon2'));
});

test('a user who is not there is not found', async () => {
  const { users } = await rigWith('root');
  for (const act of [
    users.get('u9'),
    users.update(BY_TOKEN, 'u9', {}),
    users.delete(BY_TOKEN, 'u9'),
    users.resetPassword(BY_TOKEN, 'u9', GOOD_PASSWORD),
  ])
    assert.equal(await codeOf(act), 'not_found');
});
