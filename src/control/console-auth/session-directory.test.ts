import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAuthRig, from, whoIs } from '../../../test/support/console-auth-rig.ts';
import { codeOf } from '../../../test/support/refusal-of.ts';
import type { Principal } from '../principal.ts';

const DAY_MS = 24 * 3_600_000;
const ADMIN: Principal = { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' };

async function rigWithTwo() {
  const rig = await consoleAuthRig();
  const [ada, bob] = [await rig.addUser('ada'), await rig.addUser('bob')];
  return { rig, ada, bob, sessions: rig.auth.sessions };
}

test('lists the running sessions of a user, the latest first, and none that is over in any way', async () => {
  const { rig, ada, sessions } = await rigWithTwo();
  const idle = await rig.login('ada');
  rig.pass(20 * 60_000);
  const first = await rig.login('ada', { kind: 'cookie' });
  rig.pass(15 * 60_000);
  const last = await rig.login('ada');
  const done = await rig.login('ada');
  await rig.auth.sessions.revoke(ADMIN, done.sessionId, from());
  const listed = (await sessions.listOfUser(ada.id)).map(({ id }) => id);
  assert.deepEqual(listed, [last.sessionId, first.sessionId]);
  assert.ok(!listed.includes(idle.sessionId));
});

test('a user ends their own sessions and no other', async () => {
  const { rig, ada, sessions } = await rigWithTwo();
  const [own, elsewhere, foreign] = [await rig.login('ada'), await rig.login('ada'), await rig.login('bob')];
  const principal = { kind: 'user', id: ada.id, name: 'ada', role: 'viewer', sessionId: own.sessionId } as const;
  await sessions.revokeOwn(principal, elsewhere.sessionId, from());
  assert.equal(await codeOf(sessions.revokeOwn(principal, foreign.sessionId, from())), 'not_found');
  assert.equal(await codeOf(sessions.revokeOwn(principal, 'none', from())), 'not_found');
  assert.deepEqual(await Promise.all([own, elsewhere, foreign].map((opened) => whoIs(rig, opened))), ['ada', 'nobody', 'bob']);
});

test('an admin sees everybody’s sessions by pages, and ends one or all of a user at once', async () => {
  const { rig, bob, sessions } = await rigWithTwo();
  const opened = [];
  for (const name of ['ada', 'bob', 'bob', 'ada', 'bob']) {
    rig.pass(1000);
    opened.push(await rig.login(name));
  }
  const first = await sessions.list(2, null);
  const second = await sessions.list(2, first.next);
  const third = await sessions.list(2, second.next);
  assert.deepEqual(
    [first, second, third].map(({ items }) => items.map(({ userName }) => userName)),
    [['bob', 'ada'], ['bob', 'bob'], ['ada']],
  );
  assert.equal(third.next, null);
  await sessions.revoke(ADMIN, opened[0]!.sessionId, from());
  await sessions.revokeAll(ADMIN, bob.id, from());
  assert.deepEqual(await Promise.all(opened.map((session) => whoIs(rig, session))), ['nobody', 'nobody', 'nobody', 'ada', 'nobody']);
  assert.equal(await codeOf(sessions.revoke(ADMIN, opened[0]!.sessionId, from())), 'not_found');
});

test('a session is alive until it is ended, idle, or its account changed, and asking keeps none awake', async () => {
  const { rig, ada, sessions } = await rigWithTwo();
  const [ended, idle] = [await rig.login('ada'), await rig.login('bob')];
  assert.deepEqual([await sessions.isAlive(ended.sessionId), await sessions.isAlive(idle.sessionId)], [true, true]);
  await sessions.revoke(ADMIN, ended.sessionId, from());
  assert.equal(await sessions.isAlive(ended.sessionId), false);
  for (let minutes = 0; minutes < 35; minutes += 1) {
    await sessions.isAlive(idle.sessionId);
    rig.pass(60_000);
  }
  assert.equal(await sessions.isAlive(idle.sessionId), false);
  const changed = await rig.login('ada');
  await rig.users.update(ada.id, { role: 'operator' });
  assert.equal(await sessions.isAlive(changed.sessionId), false);
  assert.equal(await sessions.isAlive('none'), false);
});

test('sweeping deletes sessions that are long over, with their tokens, and no others', async () => {
  const { rig, sessions } = await rigWithTwo();
  for (let index = 0; index < 3; index += 1) await rig.login('ada');
  rig.pass(15 * DAY_MS);
  const fresh = await rig.login('ada');
  assert.equal(await sessions.sweep(rig.now()), 3);
  assert.equal(await sessions.sweep(rig.now()), 0);
  assert.deepEqual([[...rig.archive.sessions.keys()], rig.archive.tokens.size], [[fresh.sessionId], 1]);
});

test('after a start strangers lock nobody out of the places where they signed in before', async () => {
  const { rig } = await rigWithTwo();
  await rig.login('ada', { address: '192.0.2.1' });
  const restarted = await consoleAuthRig({ users: rig.users, sessionArchive: rig.archive });
  await restarted.auth.rememberPlaces();
  for (let index = 0; index < 30; index += 1) await codeOf(restarted.login('ada', { password: 'a wrong guess', address: `198.51.100.${index}` }));
  assert.equal(await codeOf(restarted.login('ada', { address: '198.51.100.99' })), 'too_many_requests');
  assert.equal(await codeOf(restarted.login('ada', { address: '192.0.2.1' })), 'ok');
});
