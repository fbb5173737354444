import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { configOfEntities } from '../../config/config-entities.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import { openBody } from '../../control/config/entity-sealing.ts';
import type { SealedDataKey } from '../../security/sealing/data-key.ts';
import { findMasterKey } from '../../security/sealing/find-master-key.ts';
import { generateMasterKey } from '../../security/sealing/master-key.ts';
import { SecretSealer } from '../../security/sealing/secret-sealer.ts';
import type { StoredEntity } from '../../store/config/config-records.ts';
import { ConfigRepository } from '../../store/config/config-repository.ts';
import { KEY_CHECK } from '../../store/sealing/sql-data-key-store.ts';
import { masterKeyPath, type ControlStore } from '../control/open-control-store.ts';
import type { SnapshotMaker } from './snapshot-maker.ts';

const VERSION = 1;

/** What the database held, as it held it: secrets are sealed, and the keys that sealed them too. */
interface ConfigCopy {
  readonly version: typeof VERSION;
  /** Epoch ms. */
  readonly keptAtMs: number;
  readonly revision: number;
  readonly keyCheck: string | null;
  readonly dataKeys: readonly SealedDataKey[];
  readonly entities: readonly StoredEntity[];
}

/** The configuration of an earlier time, in force while the database is away. */
export interface KeptConfiguration {
  readonly snapshot: GatewaySnapshot;
  readonly warnings: readonly string[];
  readonly keptAtMs: number;
}

export function configCopyPath(bootstrap: Pick<BootstrapConfig, 'dataDir'>): string {
  return join(bootstrap.dataDir, 'config-copy.json');
}

/** Writes what the database holds now, whole or not at all. */
export async function writeConfigCopy(path: string, { database, values, dataKeys }: ControlStore, nowMs: number): Promise<void> {
  const { revision, entities } = await new ConfigRepository(database).load();
  for (;;) {
    const keyCheck = await values.get(KEY_CHECK);
    const keys = await dataKeys.list();
    // A rotation of the master key in between: the keys would not belong to the check.
    if ((await values.get(KEY_CHECK)) !== keyCheck) continue;
    const copy: ConfigCopy = { version: VERSION, keptAtMs: nowMs, revision, keyCheck, dataKeys: keys, entities };
    const draft = `${path}.new`;
    writeFileSync(draft, JSON.stringify(copy), { mode: 0o600 });
    return renameSync(draft, path);
  }
}

/**
 * Reads, opens and compiles the copy; null when there is none.
 * @throws {Error} with a sentence's end that says why it cannot be used.
 */
export async function readConfigCopy(bootstrap: BootstrapConfig, maker: SnapshotMaker): Promise<KeptConfiguration | null> {
  const copy = readCopy(configCopyPath(bootstrap));
  if (copy === null) return null;
  const sealer = await openSealer(copy, bootstrap);
  const entities = copy.entities.map(({ kind, id, place, body }) => ({ kind, id, place, body: openBody(kind, id, body, sealer) }));
  const { snapshot, warnings } = maker.fromStored(configOfEntities(entities), copy.revision);
  return { snapshot, warnings, keptAtMs: copy.keptAtMs };
}

function readCopy(path: string): ConfigCopy | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const copy: unknown = JSON.parse(text);
  if (!isCopy(copy)) throw new Error('it is of another version, or none');
  return copy;
}

/** Written by this program and by nobody else: its version says enough of the rest, which is checked when it is opened and compiled. */
function isCopy(value: unknown): value is ConfigCopy {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== VERSION) return false;
  return 'entities' in value && Array.isArray(value.entities) && 'dataKeys' in value && Array.isArray(value.dataKeys);
}

/** Opens what the copy sealed, and seals nothing. */
function openSealer({ keyCheck, dataKeys }: ConfigCopy, bootstrap: BootstrapConfig): Promise<SecretSealer> {
  const refuse = (): Promise<never> => Promise.reject(new Error('A copy of the configuration is read only.'));
  const store = { list: () => Promise.resolve(dataKeys), insert: refuse, reserveSeals: refuse };
  // Without a check nothing was ever sealed: no key is needed, and none must be made for it.
  const masterKey =
    keyCheck === null ? generateMasterKey() : findMasterKey({ environmentValue: bootstrap.masterKey, path: masterKeyPath(bootstrap), keyCheck });
  return SecretSealer.load({ masterKey, store, nowMs: Date.now });
}
