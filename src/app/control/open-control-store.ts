import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { findMasterKey } from '../../security/sealing/find-master-key.ts';
import { SecretSealer, type MasterKeyInForce } from '../../security/sealing/secret-sealer.ts';
import type { Database } from '../../store/database.ts';
import { inspectDatabase } from '../../store/inspect-database.ts';
import { bringUpSchema } from '../../store/migrations/bring-up-schema.ts';
import { openControlDatabase } from '../../store/open-control-database.ts';
import { KEY_CHECK, SqlDataKeyStore } from '../../store/sealing/sql-data-key-store.ts';
import { StoreValues } from '../../store/store-values.ts';

/** The database as the control plane uses it: with its schema up to date, and what seals the secrets in it. */
export interface ControlStore {
  readonly database: Database;
  readonly values: StoreValues;
  readonly dataKeys: SqlDataKeyStore;
  readonly sealer: SecretSealer;
  close(): Promise<void>;
}

/** Where the master key stands that no variable gives. */
export function masterKeyPath(bootstrap: BootstrapConfig): string {
  return join(bootstrap.dataDir, 'master.key');
}

/**
 * Opens the database for the control plane.
 * @throws {StoreError | SealError} What a person has to put right. Anything else: the database is away, and may be back soon.
 */
export async function openControlStore(bootstrap: BootstrapConfig): Promise<ControlStore> {
  await inspectDatabase(bootstrap.database);
  mkdirSync(bootstrap.dataDir, { recursive: true, mode: 0o700 });
  const database = await openControlDatabase(bootstrap.database);
  try {
    await bringUpSchema(database, bootstrap.database, Date.now());
    const values = new StoreValues(database.db, Date.now);
    const findKey = async (): Promise<MasterKeyInForce & { readonly store: SqlDataKeyStore }> => {
      const keyCheck = await values.get(KEY_CHECK);
      const masterKey = findMasterKey({ environmentValue: bootstrap.masterKey, path: masterKeyPath(bootstrap), keyCheck });
      return { masterKey, store: new SqlDataKeyStore({ db: database.db, masterKey, nowMs: Date.now }) };
    };
    const found = await findKey();
    const sealer = await SecretSealer.load({ ...found, nowMs: Date.now, renew: findKey });
    return { database, values, dataKeys: found.store, sealer, close: () => database.close() };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
