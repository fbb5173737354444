import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../tokens/make-token.ts';
import type { SessionEnd, SessionRecord } from './session-record.ts';
import type { Account, SessionStore } from './session-store.ts';
import { Sessions, type SessionStart } from './sessions.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

class MemorySessions implements SessionStore {
  readonly sessions = new Map<string, SessionRecord>();
  readonly tokens = new Map<string, { readonly id: string; readonly isCurrent: boolean }>();
  touches = 0;

  async insert(session: SessionRecord, tokenHash: string): Promise<void> {
    this.sessions.set(session.id, session);
    this.tokens.set(tokenHash, { id: session.id, isCurrent: true });
    await Promise.resolve();
  }
  find(id: string): Promise<SessionRecord | null> {
    return Promise.resolve(this.sessions.get(id) ?? null);
  }
  findByToken(tokenHash: string): Promise<SessionRecord | null> {
    return this.find(this.tokens.get(tokenHash)?.id ?? '');
  }
  listOfUser(userId: string): Promise<readonly SessionRecord[]> {
    return Promise.resolve([...this.sessions.values()].filter((session) => session.userId === userId));
  }
  touch(id: string, lastSeenAtMs: number): Promise<void> {
    this.touches += 1;
    return this.#change(id, { lastSeenAtMs });
  }
  async replaceToken(id: string, fromHash: string, toHash: string, lastSeenAtMs: number): Promise<boolean> {
    if (this.tokens.get(fromHash)?.isCurrent !== true || this.sessions.get(id)?.end !== null) return false;
    this.tokens.set(fromHash, { id, isCurrent: false });
    this.tokens.set(toHash, { id, isCurrent: true });
    await this.#change(id, { lastSeenAtMs });
    return true;
  }
  end(id: string, end: SessionEnd, endedAtMs: number): Promise<void> {
    return this.sessions.get(id)?.end === null ? this.#change(id, { end, endedAtMs }) : Promise.resolve();
  }
  #change(id: string, change: Partial<SessionRecord>): Promise<void> {
    const session = this.sessions.get(id);
    if (session !== undefined) this.sessions.set(id, { ...session, ...change });
    return Promise.resolve();
  }
}

function rig() {
  const store = new MemorySessions();
  const accounts = new Map<string, Account>();
  let now = 1_700_000_000_000;
  let ids = 0;
  const sessions = new Sessions({
    store,
    accounts: { find: (userId) => Promise.resolve(accounts.get(userId) ?? null) },
    nowMs: () => now,
    newId: () => `s${(ids += 1)}`,
  });
  const setAccount = (change: Partial<Account> = {}): void => {
    accounts.set('u1', { userId: 'u1', name: 'ada', role: 'operator', isEnabled: true, version: 1, ...accounts.get('u1'), ...change });
  };
  setAccount();
  const start = (change: Partial<SessionStart> = {}) =>
    sessions.start({ userId: 'u1', accountVersion: 1, kind: 'cookie', address: '127.0.0.1', userAgent: 'test', ...change });
  return { store, accounts, sessions, setAccount, start, pass: (ms: number) => (now += ms) };
}

async function reasonOf(check: Promise<{ readonly ok: boolean; readonly reason?: string }>): Promise<string> {
  const { ok, reason } = await check;
  return ok ? 'ok' : (reason ?? '');
}

test('a session opens with its token and gives the account as it is now, not as it was at the login', async () => {
  const { sessions, start } = rig();
  const { token, session } = await start();
  const check = await sessions.check(token);
  assert.ok(check.ok);
  assert.deepEqual([check.session.id, check.account.role], [session.id, 'operator']);
});

test('the store never sees a token, only its hash', async () => {
  const { store, sessions, start } = rig();
  const { token } = await start();
  const refresh = await start({ kind: 'refresh' });
  const next = await sessions.refresh(refresh.token);
  assert.ok(next.ok);
  const kept = JSON.stringify([[...store.sessions], [...store.tokens]]);
  for (const secret of [token, refresh.token, next.token]) assert.ok(!kept.includes(secret.slice(-40)));
  for (const hash of store.tokens.keys()) assert.match(hash, /^[0-9a-f]{64}$/u);
});

test('unknown, empty and mistyped tokens, ids of sessions and hashes of tokens open nothing', async () => {
  const { store, sessions, start } = rig();
  const { session, token } = await start();
  for (const wrong of ['', 'null', 'undefined', session.id, [...store.tokens.keys()][0]!, makeToken('session'), token.slice(0, -1), `${token}A`]) {
    assert.equal(await reasonOf(sessions.check(wrong)), 'unknown', wrong);
    assert.equal(await reasonOf(sessions.refresh(wrong)), 'unknown', wrong);
  }
});

test('a cookie is no refresh token, and a refresh token no cookie', async () => {
  const { sessions, start } = rig();
  const [cookie, refresh] = [await start(), await start({ kind: 'refresh' })];
  assert.equal(await reasonOf(sessions.refresh(cookie.token)), 'unknown');
  assert.equal(await reasonOf(sessions.check(refresh.token)), 'unknown');
});

test('a session ends after half an hour without use', async () => {
  const { store, sessions, start, pass } = rig();
  const { token, session } = await start();
  pass(30 * MINUTE - 1);
  assert.equal(await reasonOf(sessions.check(token)), 'ok');
  pass(30 * MINUTE);
  assert.equal(await reasonOf(sessions.check(token)), 'idle');
  assert.equal(store.sessions.get(session.id)?.end, 'idle');
  pass(-20 * MINUTE);
  assert.equal(await reasonOf(sessions.check(token)), 'idle', 'it does not come back with the clock');
});

test('a session ends after twelve hours, however much it is used', async () => {
  const { sessions, start, pass } = rig();
  const cookie = await start();
  let refresh = (await start({ kind: 'refresh' })).token;
  for (let quarter = 1; quarter < 48; quarter += 1) {
    pass(15 * MINUTE);
    assert.equal(await reasonOf(sessions.check(cookie.token)), 'ok');
    const next = await sessions.refresh(refresh);
    assert.ok(next.ok);
    refresh = next.token;
  }
  pass(15 * MINUTE);
  assert.equal(await reasonOf(sessions.check(cookie.token)), 'expired');
  assert.equal(await reasonOf(sessions.refresh(refresh)), 'expired');
});

test('use is written at most once a minute', async () => {
  const { store, sessions, start, pass } = rig();
  const { token } = await start();
  for (let index = 0; index < 100; index += 1) {
    pass(1000);
    await sessions.check(token);
  }
  assert.equal(store.touches, 1);
});

test('a change of password or role, a switched-off account and a deleted one end its sessions', async () => {
  for (const change of [{ version: 2 }, { version: 2, role: 'viewer' as const }, { isEnabled: false }, null]) {
    const { accounts, sessions, setAccount, start } = rig();
    const [cookie, refresh] = [await start(), await start({ kind: 'refresh' })];
    if (change === null) accounts.delete('u1');
    else setAccount(change);
    assert.equal(await reasonOf(sessions.check(cookie.token)), 'account-changed');
    assert.equal(await reasonOf(sessions.refresh(refresh.token)), 'account-changed');
    setAccount({ version: 1, isEnabled: true });
    assert.equal(await reasonOf(sessions.checkById(cookie.session.id)), 'account-changed', 'it stays over');
  }
});

test('an ended session is over at once, for its token and for access tokens that name it', async () => {
  const { sessions, start } = rig();
  const { token, session } = await start();
  assert.equal(await reasonOf(sessions.checkById(session.id)), 'ok');
  await sessions.end(session.id, 'signed-out');
  assert.equal(await reasonOf(sessions.check(token)), 'signed-out');
  assert.equal(await reasonOf(sessions.checkById(session.id)), 'signed-out');
  assert.equal(await reasonOf(sessions.checkById('s99')), 'unknown');
});

test('all sessions of a user end but the one that asks for it, and nobody else’s', async () => {
  const { accounts, sessions, start } = rig();
  accounts.set('u2', { userId: 'u2', name: 'bob', role: 'viewer', isEnabled: true, version: 1 });
  const [mine, other, foreign] = [await start(), await start(), await start({ userId: 'u2' })];
  await sessions.endAll('u1', 'revoked', mine.session.id);
  const reasons = await Promise.all([mine, other, foreign].map(({ token }) => reasonOf(sessions.check(token))));
  assert.deepEqual(reasons, ['ok', 'revoked', 'ok']);
});

test('a refresh token is good for one use', async () => {
  const { sessions, start } = rig();
  const first = await start({ kind: 'refresh' });
  const second = await sessions.refresh(first.token);
  assert.ok(second.ok);
  assert.notEqual(second.token, first.token);
  const third = await sessions.refresh(second.token);
  assert.ok(third.ok);
  assert.equal(third.session.id, first.session.id);
});

test('a refresh token that comes again ends the session with all its tokens', async () => {
  const { store, sessions, start } = rig();
  const first = await start({ kind: 'refresh' });
  const second = await sessions.refresh(first.token);
  assert.ok(second.ok);
  assert.equal(await reasonOf(sessions.refresh(first.token)), 'reused');
  assert.equal(await reasonOf(sessions.refresh(second.token)), 'reused');
  assert.equal(await reasonOf(sessions.checkById(first.session.id)), 'reused');
  assert.equal(store.sessions.get(first.session.id)?.end, 'reused');
});

test('of two refreshes with one token at the same time none leaves a usable session behind', async () => {
  const { sessions, start } = rig();
  const { token, session } = await start({ kind: 'refresh' });
  const both = await Promise.all([sessions.refresh(token), sessions.refresh(token)]);
  assert.equal(both.filter(({ ok }) => ok).length, 1);
  assert.equal(await reasonOf(sessions.checkById(session.id)), 'reused');
});

test('names of programs are cut', async () => {
  const { start } = rig();
  assert.equal((await start({ userAgent: 'x'.repeat(10_000) })).session.userAgent.length, 200);
});

test('a step of the clock back neither ends a session nor gives it more than its own length again', async () => {
  const { sessions, start, pass } = rig();
  const { token } = await start();
  pass(-HOUR);
  assert.equal(await reasonOf(sessions.check(token)), 'ok');
  pass(HOUR + 30 * MINUTE);
  assert.equal(await reasonOf(sessions.check(token)), 'idle');
});
