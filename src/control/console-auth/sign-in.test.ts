import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleAuthRig, from, GOOD_PASSWORD, whoIs, type ConsoleAuthRig } from '../../../test/support/console-auth-rig.ts';
import { codeOf, refusalOf } from '../../../test/support/refusal-of.ts';
import { hashToken } from '../../security/hash-token.ts';
import { PasswordHasher } from '../../security/passwords/password-hasher.ts';
import { WorkQueue } from '../../security/passwords/work-queue.ts';
import { makeToken } from '../../security/tokens/make-token.ts';
import type { OperationError } from '../operation-error.ts';

const KNOWN_NAMES = 'admin root administrator user test guest demo operator headgate litellm'.split(' ');
const KNOWN_PASSWORDS =
  'admin admin123 123456 password admin@123 root your_admin_password changeme sk-1234 admin123456 password123 qwerty 12345678 letmein secret test 1234567890 P@ssw0rd2026! headgate your-admin-password'.split(
    ' ',
  );

async function withSecondFactor(rig: ConsoleAuthRig) {
  const user = await rig.addUser('ada');
  const call = async () => {
    const session = [...rig.archive.sessions.values()].find(({ endedAtMs }) => endedAtMs === null)!;
    return { principal: { kind: 'user', id: user.id, name: 'ada', role: 'admin', sessionId: session.id } as const, session, origin: from() };
  };
  await rig.login('ada');
  const { secret } = await rig.auth.ownAccount.setUpSecondFactor(await call(), GOOD_PASSWORD);
  const { recoveryCodes } = await rig.auth.ownAccount.confirmSecondFactor(await call(), rig.code(secret));
  rig.pass(60_000);
  return { secret, recoveryCodes };
}

test('lets a user in with the right password, whatever the case of the name, and tells whom', async () => {
  const rig = await consoleAuthRig();
  const { id } = await rig.addUser('Ada', 'operator');
  const opened = await rig.login('aDA');
  assert.deepEqual(opened.user, { id, username: 'Ada', role: 'operator' });
  assert.equal(await whoIs(rig, opened), 'Ada');
  assert.equal((await rig.users.find(id))?.lastLoginAtMs, rig.now());
});

test('lets nobody in with any of 200 known names and passwords, nor makes an admin of them', async () => {
  const rig = await consoleAuthRig();
  const pairs = KNOWN_NAMES.flatMap((username) => KNOWN_PASSWORDS.map((password) => ({ username, password })));
  assert.equal(new Set(pairs.map(({ username, password }) => `${username}/${password}`)).size, 200);
  for (const [index, pair] of pairs.entries()) {
    const address = `198.51.${index % 250}.7`;
    assert.match(await codeOf(rig.login(pair.username, { password: pair.password, address })), /^(?:invalid_credentials|too_many_requests)$/u);
    assert.equal(await codeOf(rig.auth.firstStart.ensureFirstAdmin(pair)), 'invalid_field', `${pair.username}/${pair.password}`);
  }
  assert.equal(await rig.users.count(), 0);
});

test('answers the same for a wrong password, for nobody, for a disabled user, and for names that no user can have', async () => {
  const rig = await consoleAuthRig();
  await rig.addUser('root');
  await rig.addUser('ada');
  const off = await rig.addUser('eve');
  await rig.users.update(off.id, { isEnabled: false });
  const answers = [
    await refusalOf(rig.login('ada', { password: 'something else 12' })),
    await refusalOf(rig.login('nobody')),
    await refusalOf(rig.login('eve')),
    await refusalOf(rig.login('ádá')),
    await refusalOf(rig.login('ada ')),
    await refusalOf(rig.login('')),
    await refusalOf(rig.login('ada', { password: '' })),
    await refusalOf(rig.login('__proto__')),
  ];
  assert.deepEqual(new Set(answers), new Set(['invalid_credentials: The user name or the password is wrong.']));
});

test('does the same work for users who do not exist', async () => {
  class CountingHasher extends PasswordHasher {
    compared: (string | null)[] = [];
    override verify(password: string, stored: string | null): Promise<boolean> {
      this.compared.push(stored);
      return super.verify(password, stored);
    }
  }
  const hasher = new CountingHasher({ memoryKib: 8, passes: 1, parallelism: 1 });
  const rig = await consoleAuthRig({ hasher });
  await rig.addUser('ada');
  for (const name of ['ada', 'nobody', 'ádá']) await refusalOf(rig.login(name, { password: 'something else 12' }));
  assert.equal(hasher.compared.length, 3);
  assert.deepEqual(hasher.compared.slice(1), [null, null]);
});

test('checks no more than 100 passwords in a row, from one place and from many, and then refuses the right one too', async () => {
  for (const addressOf of [() => '203.0.113.9', (index: number) => `198.51.${index % 200}.${index % 99}`]) {
    const rig = await consoleAuthRig();
    await rig.addUser('ada');
    let checked = 0;
    for (let index = 0; index < 400; index += 1) {
      const code = await codeOf(rig.login('ada', { password: `guess number ${index}`, address: addressOf(index) }));
      if (code === 'invalid_credentials') checked += 1;
      rig.pass(15 * 60_000);
      if (checked === 100) break;
    }
    assert.equal(checked, 100);
    assert.equal(await codeOf(rig.login('ada', { address: addressOf(1) })), 'too_many_requests');
  }
});

test('says how long to wait, and counts no failure of the user who then has the right password', async () => {
  const rig = await consoleAuthRig();
  await rig.addUser('ada');
  for (let index = 0; index < 5; index += 1) await refusalOf(rig.login('ada', { password: 'something else 12' }));
  await assert.rejects(rig.login('ada'), (error: OperationError) => error.code === 'too_many_requests' && error.retryAfterSeconds === 1);
  rig.pass(1000);
  await rig.login('ada');
  for (let index = 0; index < 4; index += 1) await refusalOf(rig.login('ada', { password: 'something else 12' }));
  await rig.login('ada');
});

test('is unavailable, and counts nothing, when too many passwords are being checked', async () => {
  const hasher = new PasswordHasher({ memoryKib: 8, passes: 1, parallelism: 1 }, new WorkQueue(1, 2));
  const rig = await consoleAuthRig({ hasher });
  await rig.addUser('ada');
  const codes = await Promise.all(Array.from({ length: 15 }, (_, index) => codeOf(rig.login('ada', { address: `198.51.100.${index}` }))));
  assert.deepEqual(new Set(codes), new Set(['ok', 'unavailable']));
  for (let index = 0; index < 4; index += 1) assert.equal(await codeOf(rig.login('ada', { password: 'something else 12' })), 'invalid_credentials');
  assert.equal(await codeOf(rig.login('ada')), 'ok');
});

test('hashes a password anew when it was hashed at another cost', async () => {
  const rig = await consoleAuthRig();
  const { id } = await rig.addUser('ada');
  const old = await new PasswordHasher({ memoryKib: 16, passes: 1, parallelism: 1 }).hash(GOOD_PASSWORD);
  await rig.users.update(id, { passwordHash: old });
  const opened = await rig.login('ada');
  assert.notEqual((await rig.users.find(id))?.passwordHash, old);
  assert.equal(await whoIs(rig, opened), 'ada');
  assert.equal(await codeOf(rig.login('ada')), 'ok');
});

test('a password that is changed while it is looked at opens nothing', async () => {
  const rig = await consoleAuthRig();
  const { id } = await rig.addUser('ada');
  const login = rig.login('ada');
  await rig.users.update(id, { passwordHash: 'another' });
  assert.equal(await codeOf(login), 'invalid_credentials');
  assert.equal(rig.archive.sessions.size, 0);
});

test('asks for the second factor only after the right password, and takes each code once', async () => {
  const rig = await consoleAuthRig();
  const { secret } = await withSecondFactor(rig);
  assert.equal(await codeOf(rig.login('ada', { password: 'something else 12' })), 'invalid_credentials');
  assert.equal(await codeOf(rig.login('ada')), 'second_factor_required');
  assert.equal(await codeOf(rig.login('ada', { code: '' })), 'second_factor_required');
  const code = rig.code(secret);
  assert.equal(await codeOf(rig.login('ada', { code: code === '000000' ? '000001' : '000000' })), 'invalid_credentials');
  const twice = await Promise.all([codeOf(rig.login('ada', { code })), codeOf(rig.login('ada', { code: `${code.slice(0, 3)} ${code.slice(3)}` }))]);
  assert.deepEqual(twice.toSorted(), ['invalid_credentials', 'ok']);
  assert.equal(await codeOf(rig.login('ada', { code })), 'invalid_credentials');
  rig.pass(30_000);
  assert.equal(await codeOf(rig.login('ada', { code: rig.code(secret) })), 'ok');
});

test('takes each recovery code once, also when two logins use it at the same time', async () => {
  const rig = await consoleAuthRig();
  const { recoveryCodes } = await withSecondFactor(rig);
  const [first = '', second = ''] = recoveryCodes;
  const both = await Promise.all([codeOf(rig.login('ada', { code: first })), codeOf(rig.login('ada', { code: first }))]);
  assert.deepEqual(both.toSorted(), ['invalid_credentials', 'ok']);
  assert.equal(await codeOf(rig.login('ada', { code: first })), 'invalid_credentials');
  assert.equal(await codeOf(rig.login('ada', { code: second.toLowerCase().replaceAll('-', ' ') })), 'ok');
});

test('slows down the guessing of codes as that of passwords', async () => {
  const rig = await consoleAuthRig();
  await withSecondFactor(rig);
  const codes: string[] = [];
  for (let index = 0; index < 8; index += 1) codes.push(await codeOf(rig.login('ada', { code: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' })));
  assert.deepEqual(
    [codes[0], codes[4], codes[5], codes[7]],
    ['invalid_credentials', 'invalid_credentials', 'too_many_requests', 'too_many_requests'],
  );
});

test('a virtual key signs in to a view of its own usage, until it is rotated, disabled or deleted', async () => {
  const rig = await consoleAuthRig();
  const secret = makeToken('virtual-key');
  const put = (change: object = {}): unknown =>
    rig.callers.set('k1', { id: 'k1', name: 'ci', isEnabled: true, secretHash: hashToken(secret), ...change });
  const ends: Record<string, () => unknown> = {
    rotated: () => put({ secretHash: hashToken(makeToken('virtual-key')) }),
    disabled: () => put({ isEnabled: false }),
    deleted: () => rig.callers.delete('k1'),
  };
  for (const [how, end] of Object.entries(ends)) {
    put();
    const opened = await rig.auth.signIn.loginWithVirtualKey(secret, 'refresh', from());
    const cookie = await rig.auth.signIn.loginWithVirtualKey(secret, 'cookie', from());
    assert.deepEqual(opened.user, { id: 'virtual-key:k1', username: 'ci', role: 'virtual-key' });
    assert.deepEqual([await whoIs(rig, opened), await whoIs(rig, cookie)], ['ci', 'ci']);
    end();
    assert.deepEqual([await whoIs(rig, opened), await whoIs(rig, cookie)], ['nobody', 'nobody'], how);
    assert.equal(opened.kind === 'refresh' ? await codeOf(rig.auth.signIn.refresh(opened.refreshToken, from())) : '', 'unauthorized');
  }
  assert.equal(await codeOf(rig.auth.signIn.loginWithVirtualKey(secret, 'refresh', from())), 'invalid_credentials');
});

test('a secret that was replaced opens no session, even while clients may still use it', async () => {
  const old = makeToken('virtual-key');
  const account = { id: 'k1', name: 'ci', isEnabled: true, secretHash: hashToken(makeToken('virtual-key')) };
  const callers = { findBySecret: (secret: string) => (secret === old ? account : null), findById: () => account };
  const rig = await consoleAuthRig({ callers });
  assert.equal(await codeOf(rig.auth.signIn.loginWithVirtualKey(old, 'refresh', from())), 'invalid_credentials');
});

test('a refresh token is good for one use; the second one ends the session for both who have it', async () => {
  const rig = await consoleAuthRig();
  await rig.addUser('ada');
  const first = await rig.login('ada');
  assert.ok(first.kind === 'refresh');
  const second = await rig.auth.signIn.refresh(first.refreshToken, from());
  assert.ok(second.kind === 'refresh');
  assert.equal(await whoIs(rig, second), 'ada');
  assert.equal(await codeOf(rig.auth.signIn.refresh(first.refreshToken, from())), 'unauthorized');
  assert.deepEqual([await whoIs(rig, first), await whoIs(rig, second)], ['nobody', 'nobody']);
  assert.equal(await codeOf(rig.auth.signIn.refresh(second.refreshToken, from())), 'unauthorized');
  assert.deepEqual(rig.audit.at(-1)?.changes[1], { path: 'reason', before: null, after: 'refresh-token-reused' });
});

test('writes every login down, right or wrong, without passwords, and without what looks like a secret in the name', async () => {
  const rig = await consoleAuthRig();
  const { id } = await rig.addUser('ada');
  rig.audit.length = 0;
  await rig.login('ada');
  await refusalOf(rig.login('ada', { password: 'a wrong password 77' }));
  const secret = makeToken('virtual-key');
  await refusalOf(rig.login(`${'x'.repeat(120)} ${secret}`));
  await refusalOf(rig.login(secret));
  assert.deepEqual(
    rig.audit.map(({ action, subjectId, actorKind, address }) => [action, subjectId, actorKind, address]),
    [
      ['login.ok', id, 'user', '203.0.113.9'],
      ['login.failed', id, 'nobody', '203.0.113.9'],
      ['login.failed', null, 'nobody', '203.0.113.9'],
      ['login.failed', null, 'nobody', '203.0.113.9'],
    ],
  );
  const written = JSON.stringify(rig.audit);
  for (const hidden of [GOOD_PASSWORD, 'a wrong password 77', secret, 'argon2']) assert.ok(!written.includes(hidden), hidden);
  assert.ok(rig.audit.every(({ changes }) => JSON.stringify(changes).length < 400));
});
