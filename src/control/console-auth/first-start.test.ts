import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAuthRig, from, GOOD_PASSWORD, whoIs, type ConsoleAuthRig } from '../../../test/support/console-auth-rig.ts';
import { codeOf, refusalOf } from '../../../test/support/refusal-of.ts';
import { makeToken } from '../../security/tokens/make-token.ts';

function register({ auth }: ConsoleAuthRig, token: string | null, username = 'ada', password = GOOD_PASSWORD) {
  return auth.firstStart.register({ token, username, password, kind: 'refresh' }, from());
}

test('the setup link of the first start makes the first admin, signed in', async () => {
  const rig = await consoleAuthRig();
  const token = (await rig.auth.firstStart.openSetup(false))!;
  assert.ok(await rig.auth.firstStart.isSetupOpen());
  assert.ok(!JSON.stringify([...rig.values.values]).includes(token), 'only its hash is kept');
  const opened = await register(rig, token);
  assert.deepEqual([opened.user.username, opened.user.role, await whoIs(rig, opened)], ['ada', 'admin', 'ada']);
  assert.equal(rig.values.values.size, 0);
  assert.ok(!(await rig.auth.firstStart.isSetupOpen()));
  assert.equal(await codeOf(register(rig, token, 'eve')), 'registration_closed');
  assert.equal(await rig.auth.firstStart.openSetup(false), null);
});

test('of many who use the setup link at once exactly one becomes admin', async () => {
  const rig = await consoleAuthRig();
  const token = await rig.auth.firstStart.openSetup(false);
  const codes = await Promise.all(Array.from({ length: 20 }, (_, index) => codeOf(register(rig, token, `admin-${index}-x`))));
  assert.deepEqual([codes.filter((code) => code === 'ok').length, codes.filter((code) => code === 'registration_closed').length], [1, 19]);
  assert.equal(await rig.users.count(), 1);
});

test('the link that was printed last works, and no earlier one', async () => {
  const rig = await consoleAuthRig();
  const [first, last] = [await rig.auth.firstStart.openSetup(false), await rig.auth.firstStart.openSetup(false)];
  assert.equal(await codeOf(register(rig, first)), 'unauthorized');
  assert.equal(await codeOf(register(rig, last)), 'ok');
});

test('no link is needed where the environment names an admin, and one that was printed before stops working', async () => {
  const rig = await consoleAuthRig();
  const token = await rig.auth.firstStart.openSetup(false);
  assert.equal(await rig.auth.firstStart.openSetup(true), null);
  assert.equal(await codeOf(register(rig, token)), 'registration_closed');
});

test('null, empty and foreign tokens set nothing up, whether a link waits or not', async () => {
  const tokens = [null, '', 'null', 'undefined', makeToken('setup'), makeToken('session'), 'hg-setup-'];
  for (const isOpen of [true, false]) {
    const rig = await consoleAuthRig();
    if (isOpen) await rig.auth.firstStart.openSetup(false);
    for (const token of tokens) assert.equal(await codeOf(register(rig, token)), isOpen ? 'unauthorized' : 'registration_closed');
    assert.equal(await rig.users.count(), 0);
  }
});

test('the first admin needs a fit name and a password that nobody guesses, and the link outlives a refusal', async () => {
  const rig = await consoleAuthRig();
  const token = await rig.auth.firstStart.openSetup(false);
  assert.match(await refusalOf(register(rig, token, 'a b', '123456')), /^invalid_field: username needs .*; password is shorter/u);
  assert.equal(await codeOf(register(rig, token, 'admin', 'admin123456')), 'invalid_field');
  assert.equal(await codeOf(register(rig, token)), 'ok');
});

test('where registration is open strangers become viewers, slower and slower from one place; the first admin still needs the link', async () => {
  const rig = await consoleAuthRig({ allowRegistration: true });
  const token = await rig.auth.firstStart.openSetup(false);
  assert.equal(await codeOf(register(rig, null, 'eve')), 'unauthorized');
  await register(rig, token);
  const opened = await register(rig, null, 'eve');
  assert.deepEqual([opened.user.role, await whoIs(rig, opened)], ['viewer', 'eve']);
  assert.equal(await codeOf(register(rig, null, 'EVE')), 'already_exists');
  const codes = [];
  for (let index = 0; index < 5; index += 1) codes.push(await codeOf(register(rig, null, `eve-${index}`)));
  assert.deepEqual(codes, ['ok', 'ok', 'ok', 'too_many_requests', 'too_many_requests']);
});

test('makes the admin of the environment once, and leaves a user of that name alone', async () => {
  const rig = await consoleAuthRig();
  const { firstStart } = rig.auth;
  await Promise.all([
    firstStart.ensureFirstAdmin({ username: 'boss', password: GOOD_PASSWORD }),
    firstStart.ensureFirstAdmin({ username: 'boss', password: GOOD_PASSWORD }),
  ]);
  assert.equal(await rig.users.count(), 1);
  const made = await rig.users.findByName('boss');
  await firstStart.ensureFirstAdmin({ username: 'BOSS', password: 'quite another passphrase' });
  assert.deepEqual(await rig.users.findByName('boss'), made);
  assert.equal((await rig.login('boss')).user.role, 'admin');
  assert.deepEqual(
    rig.audit.filter(({ actorKind }) => actorKind === 'machine').map(({ action }) => action),
    ['user.create'],
  );
});

test('refuses a weak ADMIN_PASSWORD with a sentence that does not repeat it, also when the user exists', async () => {
  const rig = await consoleAuthRig();
  await rig.addUser('boss');
  const refusal = await refusalOf(rig.auth.firstStart.ensureFirstAdmin({ username: 'boss', password: 'password2026' }));
  assert.match(refusal, /^invalid_field: ADMIN_PASSWORD is among the first that anybody would try/u);
  assert.ok(!refusal.includes('password2026'));
  assert.match(await refusalOf(rig.auth.firstStart.ensureFirstAdmin({ username: 'b', password: GOOD_PASSWORD })), /ADMIN_USERNAME needs/u);
});
