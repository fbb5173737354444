import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAuthRig, from, GOOD_PASSWORD, whoIs, type ConsoleAuthRig } from '../../../test/support/console-auth-rig.ts';
import { codeOf, refusalOf } from '../../../test/support/refusal-of.ts';
import type { OwnCall } from './own-account.ts';

const NEW_PASSWORD = 'another horse, another battery';

async function ownCall(rig: ConsoleAuthRig, kind: 'cookie' | 'refresh' = 'refresh'): Promise<OwnCall> {
  const { sessionId, user } = await rig.login('ada', { kind });
  return {
    principal: { kind: 'user', id: user.id, name: 'ada', role: 'operator', sessionId },
    session: (await rig.archive.find(sessionId))!,
    origin: from(),
  };
}

async function rigWithAda() {
  const rig = await consoleAuthRig();
  const { id } = await rig.addUser('ada', 'operator');
  return { rig, id };
}

test('a change of the password ends all sessions of the user, and begins this one anew in its kind', async () => {
  const { rig } = await rigWithAda();
  await rig.addUser('bob');
  const [phone, browser, other] = [await rig.login('ada'), await rig.login('ada', { kind: 'cookie' }), await rig.login('bob')];
  const opened = await rig.auth.ownAccount.changePassword(await ownCall(rig, 'cookie'), GOOD_PASSWORD, NEW_PASSWORD);
  assert.equal(opened.kind, 'cookie');
  assert.deepEqual(await Promise.all([phone, browser, opened, other].map((session) => whoIs(rig, session))), ['nobody', 'nobody', 'ada', 'bob']);
  assert.equal(phone.kind === 'refresh' ? await codeOf(rig.auth.signIn.refresh(phone.refreshToken, from())) : '', 'unauthorized');
  assert.equal(await codeOf(rig.login('ada')), 'invalid_credentials');
  assert.equal(await codeOf(rig.login('ada', { password: NEW_PASSWORD })), 'ok');
});

test('a stolen session is not enough: the present password is asked for, and guessing it is slowed down', async () => {
  const { rig, id } = await rigWithAda();
  const call = await ownCall(rig);
  const before = await rig.users.find(id);
  const codes: string[] = [];
  for (let index = 0; index < 7; index += 1)
    codes.push(await codeOf(rig.auth.ownAccount.changePassword(call, `guess number ${index}`, NEW_PASSWORD)));
  assert.deepEqual(
    [codes[0], codes[4], codes[5], codes[6]],
    ['invalid_credentials', 'invalid_credentials', 'too_many_requests', 'too_many_requests'],
  );
  assert.deepEqual(await rig.users.find(id), before);
});

test('a weak new password is refused by its field, without being repeated', async () => {
  const { rig } = await rigWithAda();
  const refusal = await refusalOf(rig.auth.ownAccount.changePassword(await ownCall(rig), GOOD_PASSWORD, 'password2026'));
  assert.match(refusal, /^invalid_field: newPassword /u);
  assert.ok(!refusal.includes('password2026'));
});

test('a second factor asks nothing before it is confirmed, and ends the other sessions when it is', async () => {
  const { rig, id } = await rigWithAda();
  const call = await ownCall(rig);
  assert.equal(await codeOf(rig.auth.ownAccount.setUpSecondFactor(call, 'not the password')), 'invalid_credentials');
  const { secret, otpauthUrl } = await rig.auth.ownAccount.setUpSecondFactor(call, GOOD_PASSWORD);
  assert.ok(otpauthUrl.startsWith('otpauth://totp/') && otpauthUrl.includes(secret));
  const elsewhere = await rig.login('ada');
  assert.equal(await codeOf(rig.auth.ownAccount.confirmSecondFactor(call, 'wrong')), 'invalid_credentials');
  const { opened, recoveryCodes } = await rig.auth.ownAccount.confirmSecondFactor(call, rig.code(secret));
  assert.deepEqual(await Promise.all([elsewhere, opened].map((session) => whoIs(rig, session))), ['nobody', 'ada']);
  assert.equal(new Set(recoveryCodes).size, 10);
  const kept = JSON.stringify([(await rig.users.find(id))?.secondFactor, rig.audit]);
  for (const hidden of [secret, ...recoveryCodes]) assert.ok(!kept.includes(hidden));
  assert.equal(await codeOf(rig.login('ada')), 'second_factor_required');
  assert.equal(await codeOf(rig.login('ada', { code: rig.code(secret) })), 'invalid_credentials', 'the code of the confirmation is used up');
});

test('of two windows that confirm with one code only one is shown recovery codes', async () => {
  const { rig } = await rigWithAda();
  const call = await ownCall(rig);
  const { secret } = await rig.auth.ownAccount.setUpSecondFactor(call, GOOD_PASSWORD);
  const code = rig.code(secret);
  const both = await Promise.all([
    codeOf(rig.auth.ownAccount.confirmSecondFactor(call, code)),
    codeOf(rig.auth.ownAccount.confirmSecondFactor(call, code)),
  ]);
  assert.deepEqual(both.toSorted(), ['invalid_credentials', 'ok']);
});

test('a sealed secret that was moved to another user does not open', async () => {
  const { rig, id } = await rigWithAda();
  await rig.auth.ownAccount.setUpSecondFactor(await ownCall(rig), GOOD_PASSWORD);
  const bob = await rig.addUser('bob');
  const factor = (await rig.users.find(id))!.secondFactor!;
  await rig.users.update(bob.id, { secondFactor: { ...factor, isConfirmed: true } });
  await assert.rejects(rig.login('bob', { code: '123456' }), { name: 'SealError' });
});

test('the second factor comes off with the password and a code, of the app or a recovery code', async () => {
  const { rig, id } = await rigWithAda();
  const { secret } = await rig.auth.ownAccount.setUpSecondFactor(await ownCall(rig), GOOD_PASSWORD);
  const { recoveryCodes } = await rig.auth.ownAccount.confirmSecondFactor(await ownCall(rig), rig.code(secret));
  rig.pass(60_000);
  const { sessionId, user } = await rig.login('ada', { code: rig.code(secret) });
  const session = (await rig.archive.find(sessionId))!;
  const call: OwnCall = { principal: { kind: 'user', id: user.id, name: 'ada', role: 'operator', sessionId }, session, origin: from() };
  const remove = (password: string, code: string) => codeOf(rig.auth.ownAccount.removeSecondFactor(call, password, code));
  assert.equal(await codeOf(rig.auth.ownAccount.setUpSecondFactor(call, GOOD_PASSWORD)), 'conflict');
  assert.equal(await remove(GOOD_PASSWORD, rig.code(secret)), 'invalid_credentials', 'this code opened the session already');
  assert.equal(await remove('not the password', recoveryCodes[0]!), 'invalid_credentials');
  assert.equal(await remove(GOOD_PASSWORD, recoveryCodes[0]!), 'ok');
  assert.equal((await rig.users.find(id))?.secondFactor, null);
  assert.equal(await codeOf(rig.login('ada')), 'ok');
});

test('without a master key no second factor can be set up, and the answer says what is missing', async () => {
  const rig = await consoleAuthRig({ sealer: null });
  await rig.addUser('ada', 'operator');
  const refusal = await refusalOf(rig.auth.ownAccount.setUpSecondFactor(await ownCall(rig), GOOD_PASSWORD));
  assert.match(refusal, /^unavailable: .*HEADGATE_MASTER_KEY/u);
});
