import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_TOKEN, consoleAuthRig, consoleAuthServer, whoIs } from '../../../test/support/console-auth-rig.ts';

async function signedIn() {
  const rig = await consoleAuthRig();
  const ada = await rig.addUser('ada', 'viewer');
  await rig.addUser('root');
  const here = await rig.login('ada');
  rig.pass(1000);
  const there = await rig.login('ada', { kind: 'cookie' });
  rig.pass(1000);
  const foreign = await rig.login('root');
  assert.ok(here.kind === 'refresh');
  const who = () => Promise.all([here, there, foreign].map((opened) => whoIs(rig, opened)));
  return { rig, send: await consoleAuthServer(rig), ada, here, there, foreign, who, own: { authorization: `Bearer ${here.token}` } };
}

const ADMIN = { 'x-admin-token': ADMIN_TOKEN };

test('users see and end their own sessions, and not those of others', async () => {
  const { send, here, there, foreign, who, own } = await signedIn();
  const { body } = await send('GET', '/api/auth/sessions', { headers: own });
  assert.deepEqual(
    new Map(body.items.map(({ id, isCurrent }) => [id, isCurrent])),
    new Map([
      [here.sessionId, true],
      [there.sessionId, false],
    ]),
  );
  assert.equal((await send('DELETE', `/api/auth/sessions/${foreign.sessionId}`, { headers: own })).status, 404);
  assert.equal((await send('DELETE', `/api/auth/sessions/${there.sessionId}`, { headers: own })).status, 204);
  assert.deepEqual(await who(), ['ada', 'nobody', 'root']);
});

test('admins see everybody’s by pages, and end one or all of a user', async () => {
  const { send, ada, there, who } = await signedIn();
  const names: string[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await send('GET', `/api/admin/sessions?limit=1${cursor}`, { headers: ADMIN });
    names.push(...body.items.map(({ username }) => username));
    if (body.next === null) break;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
  assert.deepEqual(names, ['root', 'ada', 'ada']);
  assert.equal((await send('DELETE', `/api/admin/sessions/${there.sessionId}`, { headers: ADMIN })).status, 204);
  assert.deepEqual(await who(), ['ada', 'nobody', 'root']);
  assert.equal((await send('DELETE', `/api/admin/users/${ada.id}/sessions`, { headers: ADMIN })).status, 204);
  assert.deepEqual(await who(), ['nobody', 'nobody', 'root']);
  assert.equal((await send('DELETE', '/api/admin/users/none/sessions', { headers: ADMIN })).status, 404);
});

test('a cursor that no page gave is refused by its name', async () => {
  const { send } = await signedIn();
  for (const cursor of ['x', '1.', '1.a;b', '.a', `${'9'.repeat(20)}.a`]) {
    const { status, body } = await send('GET', `/api/admin/sessions?cursor=${encodeURIComponent(cursor)}`, { headers: ADMIN });
    assert.deepEqual([status, body.error.problems?.[0]?.path], [400, 'cursor']);
  }
});
