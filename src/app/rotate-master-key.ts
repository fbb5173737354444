import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { databaseLabel } from '../config/database-config.ts';
import { resealSecrets } from '../control/config/reseal-secrets.ts';
import { UuidV7Source } from '../lib/uuid-v7.ts';
import { findMasterKey } from '../security/sealing/find-master-key.ts';
import { promoteNextMasterKey, stageNextMasterKey } from '../security/sealing/master-key-file.ts';
import { parseMasterKey, type MasterKey } from '../security/sealing/master-key.ts';
import { rotateMasterKey as sealAnew } from '../security/sealing/rotate-master-key.ts';
import { SealError } from '../security/sealing/seal-error.ts';
import { AuditLog } from '../store/audit/audit-log.ts';
import { ConfigRepository } from '../store/config/config-repository.ts';
import { lockJournal } from '../store/journal/journal-lock.ts';
import { KEY_CHECK } from '../store/sealing/sql-data-key-store.ts';
import { StoreAway } from '../store/store-away.ts';
import { configCopyPath, writeConfigCopy } from './configuration/config-copy.ts';
import { openStoreFor } from './configuration/open-when-back.ts';
import { masterKeyPath, type ControlStore } from './control/open-control-store.ts';

export interface Rotation {
  readonly bootstrap: BootstrapConfig;
  /** The key that HEADGATE_MASTER_KEY shall hold from now on; null: the key is in a file, and a new one is made. */
  readonly newKey: string | null;
  /** Secrets too get a new data key. */
  readonly withReseal: boolean;
  readonly tell: (line: string) => void;
}

const MACHINE = { kind: 'machine', id: 'machine', name: 'command line' } as const;
/** Gateways look at the database twice a second; what they seal behind this is under the new data key. */
const NOTICED_AFTER_MS = 2500;

/**
 * Puts a new master key into force, also while gateways run on the database. Killed at any moment, either the old or the new one is in force, and
 * the next start finds it.
 * @throws {StoreError | SealError} with a sentence.
 */
export async function rotateMasterKey(rotation: Rotation): Promise<void> {
  const { bootstrap, newKey, withReseal, tell } = rotation;
  refuseWrongPlace(bootstrap, newKey);
  const given = newKey === null ? null : parseMasterKey(newKey, 'The new master key');
  const folder = join(bootstrap.dataDir, 'master-key-rotation');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Of two rotations at once, one could put its key into the place of the other's.
  const lock = lockJournal(folder);
  try {
    await openStoreFor(bootstrap, async (store) => {
      if (withReseal) await reseal(store, tell);
      const [before, after] = await rotate(store, bootstrap, given);
      await recordAct(store, 'master-key.rotate', [{ path: 'masterKeyId', before: before.id, after: after.id }]);
      if (existsSync(configCopyPath(bootstrap))) await writeConfigCopy(configCopyPath(bootstrap), store, Date.now());
      tell(`The master key of ${databaseLabel(bootstrap.database)} is ${after.id} now; it was ${before.id}.`);
      tell(
        given === null
          ? fileAdvice(bootstrap)
          : 'Set HEADGATE_MASTER_KEY to the new key for every gateway on this database, and restart each: a start with the old one is refused.',
      );
      await store.close();
    });
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    throw new Error(`The database ${databaseLabel(bootstrap.database)} is away (${error.message}). Run the command again when it is back.`, {
      cause: error,
    });
  } finally {
    lock.release();
  }
}

function refuseWrongPlace({ masterKey }: BootstrapConfig, newKey: string | null): void {
  if (masterKey !== null && newKey === null)
    throw new SealError(
      'missing-master-key',
      'The master key comes from HEADGATE_MASTER_KEY: give the new one with --new-key-file or HEADGATE_NEW_MASTER_KEY. Nothing was changed.',
    );
  if (masterKey === null && newKey !== null)
    throw new SealError('bad-master-key', 'The master key is in a file, and the new one is made by this command: give none. Nothing was changed.');
}

/** Gives the key that was in force, and the one that is. */
async function rotate(
  { dataKeys, values }: ControlStore,
  bootstrap: BootstrapConfig,
  given: MasterKey | null,
): Promise<readonly [MasterKey, MasterKey]> {
  const path = masterKeyPath(bootstrap);
  for (;;) {
    const keyCheck = await values.get(KEY_CHECK);
    const current = findMasterKey({ environmentValue: bootstrap.masterKey, path, keyCheck });
    const next = given ?? stageNextMasterKey(path);
    if (next.id === current.id) throw new SealError('bad-master-key', `The new master key is the one in force (${current.id}). Nothing was changed.`);
    // False: a gateway stored another data key meanwhile.
    if (!(await dataKeys.replaceAll(sealAnew(current, next, await dataKeys.list()), keyCheck))) continue;
    if (given === null) promoteNextMasterKey(path);
    return [current, next];
  }
}

/** Seals every secret with a new data key, until a whole walk finds none under an older one. */
async function reseal(store: ControlStore, tell: (line: string) => void): Promise<void> {
  const { database, sealer } = store;
  await sealer.startDataKey();
  // A revision makes every gateway look for data keys, and changes that are under way seal anew.
  const repository = new ConfigRepository(database);
  await repository.transact((transaction) =>
    transaction.write({ atMs: Date.now(), author: MACHINE, summary: 'seal secrets with a new data key', changes: [] }, []),
  );
  let rows = 0;
  for (let isWaited = false; ; isWaited = true) {
    const { changed, missed } = await resealSecrets(database, sealer);
    rows += changed;
    if (isWaited && changed === 0 && missed === 0) break;
    await pause(NOTICED_AFTER_MS);
  }
  await recordAct(store, 'secrets.reseal', []);
  tell(`${rows} stored texts are sealed with a new data key; none is left under an older one.`);
}

async function recordAct(
  { database }: ControlStore,
  action: string,
  changes: readonly { path: string; before: string; after: string }[],
): Promise<void> {
  const at = Date.now();
  const actor = { actorKind: MACHINE.kind, actorId: MACHINE.id, actorName: MACHINE.name, address: null, requestId: null };
  await new AuditLog(database.db).append({
    id: new UuidV7Source().next(at),
    at,
    ...actor,
    action,
    subjectKind: 'sealing',
    subjectId: null,
    revision: null,
    changes,
  });
}

function fileAdvice(bootstrap: BootstrapConfig): string {
  const path = masterKeyPath(bootstrap);
  const others = bootstrap.database.kind === 'sqlite' ? '' : ` Other gateways on this database need the same file in their DATA_DIR.`;
  return `It stands in ${path}; gateways that run go on, and a backup of the old key opens older backups of the database only.${others}`;
}
