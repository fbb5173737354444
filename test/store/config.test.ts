import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DatabaseConfig as DatabaseAddress } from '../../src/config/database-config.ts';
import { OperationError } from '../../src/control/operation-error.ts';
import { addProvider } from '../../src/control/operations/providers.ts';
import { addKey } from '../../src/control/operations/provider-keys.ts';
import { generateMasterKey } from '../../src/security/sealing/master-key.ts';
import { openStoredConfigOn, testReason, type OpenedStoredConfig } from '../support/stored-configs.ts';
import { DATABASE_KINDS, startTestDatabases } from '../support/test-databases.ts';

const SECRET = 'sk-canary-1234567890abcdef';
const OTHER = 'sk-second-1234567890abcdef';
/** Looks like nothing secret. */
const HEADER = 'plain-words';
const VENDOR = { id: 'vendor', preset: 'openai', headers: { 'x-team': HEADER }, keys: [{ id: 'k1', secret: SECRET }] };

const databases = await startTestDatabases();

function secretOf({ holder }: OpenedStoredConfig, provider = 'vendor', index = 0): string | undefined {
  return holder.current.providers.find(({ id }) => id === provider)?.keys[index]?.secret;
}

async function addVendor(opened: OpenedStoredConfig): Promise<void> {
  await opened.config.change(testReason('add vendor'), (draft) => addProvider(draft, VENDOR));
}

function refusal(code: string, text?: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OperationError && error.code === code && (text === undefined || text.test(error.message));
}

for (const kind of DATABASE_KINDS) {
  const masterKey = generateMasterKey();
  const withConfigs = async (work: (open: () => Promise<OpenedStoredConfig>, address: DatabaseAddress) => Promise<void>): Promise<void> => {
    const address = await databases.create(kind);
    const opened: OpenedStoredConfig[] = [];
    try {
      await work(async () => {
        const one = await openStoredConfigOn(address, masterKey);
        opened.push(one);
        return one;
      }, address);
    } finally {
      for (const one of opened) await one.close();
    }
  };

  test(`${kind}: a change is in force when it resolves, and is there after a new start`, () =>
    withConfigs(async (open) => {
      const first = await open();
      const { revision, changes } = await first.config.change(testReason('add vendor'), (draft) => addProvider(draft, VENDOR));
      assert.equal(revision, 1);
      assert.deepEqual(
        changes.map(({ kind: what, id, change }) => [what, id, change]),
        [
          ['provider', 'vendor', 'added'],
          ['provider-key', 'vendor/k1', 'added'],
        ],
      );
      assert.equal(first.holder.current.revision, 1);
      assert.equal(secretOf(first), SECRET);
      const second = await open();
      assert.equal(second.holder.current.revision, 1);
      assert.equal(secretOf(second), SECRET);
      assert.equal(second.holder.current.providers[0]?.headers['x-team'], HEADER);
    }));

  test(`${kind}: what is stored holds no secret, in things, in history and in the audit log`, () =>
    withConfigs(async (open) => {
      const opened = await open();
      await addVendor(opened);
      await opened.config.change(testReason('rotate'), (draft) => {
        draft.replace('provider-key', 'vendor/k1', { id: 'k1', secret: OTHER });
        return null;
      });
      const { db } = opened.database;
      const stored = JSON.stringify([
        await db.selectFrom('config_entities').selectAll().execute(),
        await db.selectFrom('config_changes').selectAll().execute(),
        await db.selectFrom('config_revisions').selectAll().execute(),
        await db.selectFrom('audit_entries').selectAll().execute(),
      ]);
      for (const canary of [SECRET, OTHER, HEADER]) assert.equal(stored.includes(canary), false);
      assert.match(stored, /sealed:v1:/u);
      const { items } = await opened.audit.list({ subjectId: 'vendor/k1' }, 10);
      assert.deepEqual(items[0]?.changes, [{ path: 'secret', before: '[secret]', after: '[secret]' }]);
    }));

  test(`${kind}: two processes that change at once both get their change, with numbers of their own`, () =>
    withConfigs(async (open) => {
      const [one, two] = [await open(), await open()];
      await addVendor(one);
      const wishes = Array.from({ length: 12 }, (_, index) => {
        const opened = index % 2 === 0 ? one : two;
        return opened.config.change(testReason(`key ${index}`), (draft) =>
          addKey(draft, 'vendor', { id: `n${index}`, secret: `sk-number-${index}-abcdefgh` }),
        );
      });
      const made = await Promise.all(wishes);
      assert.deepEqual(
        made.map(({ revision }) => revision).toSorted((a, b) => a - b),
        Array.from({ length: 12 }, (_, index) => index + 2),
      );
      await one.config.refresh();
      await two.config.refresh();
      assert.equal(one.holder.current.providers[0]?.keys.length, 13);
      assert.equal(two.holder.current.providers[0]?.keys.length, 13);
      assert.equal(one.holder.current.revision, two.holder.current.revision);
    }));

  test(`${kind}: a process takes in what another one changed, with a data key that it has never seen`, () =>
    withConfigs(async (open) => {
      const [one, two] = [await open(), await open()];
      assert.equal(await two.config.refresh(), false);
      await addVendor(one);
      assert.equal(await two.config.refresh(), true);
      assert.equal(secretOf(two), SECRET);
      assert.equal(two.holder.current.revision, 1);
    }));

  test(`${kind}: what cannot be used is refused by its field and leaves everything as it was`, () =>
    withConfigs(async (open) => {
      const opened = await open();
      await addVendor(opened);
      const bad = opened.config.change(testReason('bad'), (draft) => addProvider(draft, { id: 'other', preset: 'opanai' }));
      await assert.rejects(bad, refusal('invalid_field', /did you mean "openai"/u));
      const taken = opened.config.change(testReason('taken'), (draft) => addProvider(draft, VENDOR));
      await assert.rejects(taken, refusal('already_exists'));
      const stale = opened.config.change(testReason('stale'), (draft) => draft.replace('provider', 'vendor', { id: 'vendor', preset: 'openai' }, 7));
      await assert.rejects(stale, refusal('precondition_failed'));
      assert.equal(opened.holder.current.revision, 1);
      const { items } = await opened.config.revisions(10, null);
      assert.deepEqual(
        items.map(({ number }) => number),
        [1],
      );
      const next = await opened.config.change(testReason('good'), (draft) => addProvider(draft, { id: 'other', preset: 'openai' }));
      assert.equal(next.revision, 2, 'a refused change takes no number');
    }));

  test(`${kind}: a change that changes nothing makes no revision`, () =>
    withConfigs(async (open) => {
      const opened = await open();
      await addVendor(opened);
      const same = await opened.config.change(testReason('same'), (draft) => {
        const { body } = draft.require('provider', 'vendor');
        draft.replace('provider', 'vendor', { ...body });
        return 'done';
      });
      assert.deepEqual([same.revision, same.changes, same.result], [1, [], 'done']);
    }));

  test(`${kind}: a rollback brings back what was, sealed keys included, as a new revision`, () =>
    withConfigs(async (open) => {
      const opened = await open();
      await addVendor(opened);
      await opened.config.change(testReason('second'), (draft) => addKey(draft, 'vendor', { id: 'k2', secret: OTHER }));
      await opened.config.change(testReason('gone'), (draft) => {
        draft.remove('provider', 'vendor');
        draft.remove('provider-key', 'vendor/k1');
        draft.remove('provider-key', 'vendor/k2');
      });
      assert.equal(opened.holder.current.providers.length, 0);
      const plan = await opened.config.planRollback(2);
      assert.equal(plan.changes.length, 3);
      const { revision } = await opened.config.rollback(testReason('back'), 2);
      assert.equal(revision, 4);
      assert.deepEqual([secretOf(opened), secretOf(opened, 'vendor', 1)], [SECRET, OTHER]);
      await opened.config.rollback(testReason('to the beginning'), 0);
      assert.equal(opened.holder.current.providers.length, 0);
      await assert.rejects(opened.config.rollback(testReason('nowhere'), 99), refusal('not_found'));
      const { items } = await opened.config.revisions(3, null);
      assert.deepEqual(
        items.map(({ number, summary }) => [number, summary]),
        [
          [5, 'to the beginning'],
          [4, 'back'],
          [3, 'gone'],
        ],
      );
    }));

  test(`${kind}: a new address asks for the secrets again`, () =>
    withConfigs(async (open) => {
      const opened = await open();
      await addVendor(opened);
      const moved = { id: 'vendor', preset: 'openai', protocols: { 'openai-chat': 'https://elsewhere.example/v1' } };
      const withHeader = opened.config.change(testReason('move with the header'), (draft) => {
        draft.replace('provider', 'vendor', { ...moved, headers: { 'x-team': HEADER } });
        draft.markEntered('vendor/k1');
      });
      await assert.rejects(withHeader, (error) => error instanceof OperationError && error.problems[0]?.path === 'headers.x-team');
      const carried = opened.config.change(testReason('move'), (draft) => draft.replace('provider', 'vendor', moved));
      await assert.rejects(carried, refusal('secret_required', /vendor/u));
      const proxied = opened.config.change(testReason('proxy'), (draft) =>
        draft.replace('provider', 'vendor', { id: 'vendor', preset: 'openai', proxyUrl: 'http://listener.example:3128' }),
      );
      await assert.rejects(proxied, refusal('secret_required'));
      assert.equal(secretOf(opened), SECRET);
      await opened.config.change(testReason('move'), (draft) => {
        draft.replace('provider', 'vendor', moved);
        draft.replace('provider-key', 'vendor/k1', { id: 'k1', secret: SECRET });
        draft.markEntered('vendor/k1');
      });
      assert.equal(opened.holder.current.providers[0]?.protocols.get('openai-chat')?.origin, 'https://elsewhere.example');
    }));

  test(`${kind}: a wrong master key opens nothing and says so`, () =>
    withConfigs(async (open, address) => {
      await addVendor(await open());
      await assert.rejects(openStoredConfigOn(address, generateMasterKey()), { name: 'SealError', code: 'wrong-master-key' });
    }));
}
