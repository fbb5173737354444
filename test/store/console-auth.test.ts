import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import type { CallerAccount } from '../../src/control/console-auth/caller-directory.ts';
import type { SecretBox } from '../../src/control/console-auth/secret-box.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { SqlSessionStore } from '../../src/store/accounts/sql-session-store.ts';
import { SqlUserStore } from '../../src/store/accounts/sql-user-store.ts';
import { StoreValues } from '../../src/store/store-values.ts';
import { consoleAuthRig, from, GOOD_PASSWORD, whoIs, type ConsoleAuthRig } from '../support/console-auth-rig.ts';
import { closeBoth, openTwice, type DatabaseTwice } from '../support/control-databases.ts';
import { codeOf } from '../support/refusal-of.ts';
import { DATABASE_KINDS, startTestDatabases, type DatabaseKind } from '../support/test-databases.ts';

const databases = await startTestDatabases();
const SECRET = 'a-virtual-key-that-somebody-chose';
const CALLER: CallerAccount = { id: 'k1', name: 'ci', isEnabled: true, secretHash: hashToken(SECRET) };
/** What it seals is somebody else's test. */
const OPEN_BOX: SecretBox = { seal: async (text) => text, open: (sealed) => sealed };

describe('signing in', { concurrency: DATABASE_KINDS.length }, () => {
  for (const kind of DATABASE_KINDS) describe(kind, { concurrency: 1 }, () => describeSignIn(kind));
});

function describeSignIn(kind: DatabaseKind): void {
  let opened: DatabaseTwice;
  let one: ConsoleAuthRig;
  let two: ConsoleAuthRig;
  let caller = CALLER;

  before(async () => {
    opened = await openTwice(databases, kind);
    const secrets = { jwtSecret: randomBytes(32).toString('base64url'), csrfKey: randomBytes(32), transactionKey: randomBytes(32) };
    const callers = { findBySecret: (secret: string) => (secret === SECRET ? caller : null), findById: () => caller };
    const [first, second] = await Promise.all(
      opened.map(({ db }) =>
        consoleAuthRig({
          users: new SqlUserStore(db),
          sessionArchive: new SqlSessionStore(db),
          values: new StoreValues(db, Date.now),
          sealer: OPEN_BOX,
          secrets,
          callers,
        }),
      ),
    );
    [one, two] = [first!, second!];
  });
  after(() => closeBoth(opened));

  test('of twenty in two processes who use the setup link at once exactly one becomes admin', async () => {
    const token = await one.auth.firstStart.openSetup(false);
    const register = (index: number) =>
      (index % 2 === 0 ? one : two).auth.firstStart.register({ token, username: `boss-${index}`, password: GOOD_PASSWORD, kind: 'refresh' }, from());
    const codes = await Promise.all(Array.from({ length: 20 }, (_, index) => codeOf(register(index))));
    assert.deepEqual([codes.filter((code) => code === 'ok').length, codes.filter((code) => code === 'registration_closed').length], [1, 19]);
    assert.equal(await two.auth.firstStart.isSetupOpen(), false);
  });

  test('a session of one process is known to the other, and what ends it in one ends it in the other at once', async () => {
    const { id } = await one.addUser('ada', 'operator');
    const session = await one.login('ada');
    assert.equal(await whoIs(two, session), 'ada');
    const by = { kind: 'admin-token', id: 'admin-token', name: 'admin token', role: 'admin' } as const;
    await two.auth.users.update({ by, origin: null }, id, { role: 'viewer' });
    assert.equal(await whoIs(one, session), 'nobody');
  });

  test('a refresh token is good for one use in both processes together', async () => {
    const session = await two.login('ada');
    assert.ok(session.kind === 'refresh');
    const codes = await Promise.all([one, two].map(({ auth }) => codeOf(auth.signIn.refresh(session.refreshToken, from()))));
    assert.deepEqual(codes.toSorted(), ['ok', 'unauthorized']);
    assert.equal(await whoIs(one, session), 'nobody');
  });

  test('a code of the second factor, and a recovery code, open once in both processes together', async () => {
    const { user, sessionId } = await one.login('ada');
    const session = (await new SqlSessionStore(opened[0].db).find(sessionId))!;
    const own = { principal: { kind: 'user', id: user.id, name: 'ada', role: 'viewer', sessionId } as const, session, origin: from() };
    const { secret } = await one.auth.ownAccount.setUpSecondFactor(own, GOOD_PASSWORD);
    const { recoveryCodes } = await one.auth.ownAccount.confirmSecondFactor(own, one.code(secret));
    for (const rig of [one, two]) rig.pass(60_000);
    for (const code of [one.code(secret), recoveryCodes[0]!]) {
      const codes = await Promise.all([one, two].map((rig) => codeOf(rig.login('ada', { code }))));
      assert.deepEqual(codes.toSorted(), ['invalid_credentials', 'ok']);
    }
  });

  test('a session of a virtual key is known to both, until its secret is another', async () => {
    // The version of this account has 48 bits: every database has to hold it.
    assert.ok(Number.parseInt(CALLER.secretHash.slice(0, 12), 16) > 2 ** 32);
    const session = await one.auth.signIn.loginWithVirtualKey(SECRET, 'cookie', from());
    assert.equal(await whoIs(two, session), 'ci');
    caller = { ...CALLER, secretHash: hashToken('another') };
    assert.equal(await whoIs(two, session), 'nobody');
  });
}
