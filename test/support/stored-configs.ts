import { SnapshotHolder } from '../../src/config/snapshot-holder.ts';
import type { DatabaseConfig as DatabaseAddress } from '../../src/config/database-config.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { compileSnapshot } from '../../src/config/compile-snapshot.ts';
import type { GatewaySnapshot } from '../../src/config/snapshot.ts';
import { auditChanges } from '../../src/control/config/audit-changes.ts';
import type { ChangeReason } from '../../src/control/config/config-service.ts';
import { DatabaseConfig } from '../../src/control/config/database-config.ts';
import { UuidV7Source } from '../../src/lib/uuid-v7.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { loadBundledPrices } from '../../src/presets/price-catalogue.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { Redactor } from '../../src/security/redactor.ts';
import type { MasterKey } from '../../src/security/sealing/master-key.ts';
import { SecretSealer } from '../../src/security/sealing/secret-sealer.ts';
import { AuditLog } from '../../src/store/audit/audit-log.ts';
import { ConfigRepository } from '../../src/store/config/config-repository.ts';
import type { Database } from '../../src/store/database.ts';
import { bringUpSchema } from '../../src/store/migrations/bring-up-schema.ts';
import { openControlDatabase } from '../../src/store/open-control-database.ts';
import { SqlDataKeyStore } from '../../src/store/sealing/sql-data-key-store.ts';

/** One process's view of the configuration in a database. */
export interface OpenedStoredConfig {
  readonly database: Database;
  readonly config: DatabaseConfig;
  readonly holder: SnapshotHolder;
  readonly audit: AuditLog;
  readonly sealer: SecretSealer;
  close(): Promise<void>;
}

const prices = loadBundledPrices();

/** Opens the configuration as a gateway does, without one. Several on one address are several processes. */
export async function openStoredConfigOn(address: DatabaseAddress, masterKey: MasterKey): Promise<OpenedStoredConfig> {
  const database = await openControlDatabase(address);
  await bringUpSchema(database, address, Date.now());
  const store = new SqlDataKeyStore({ db: database.db, masterKey, nowMs: Date.now });
  const sealer = await SecretSealer.load({ masterKey, store, nowMs: Date.now });
  const audit = new AuditLog(database.db);
  const ids = new UuidV7Source();
  const config = await DatabaseConfig.open({
    repository: new ConfigRepository(database),
    sealer,
    compile: (stored, revision) => ({ snapshot: compileStored(stored, revision), environment: [] }),
    audit: auditChanges({ log: audit, redactor: new Redactor(), newId: () => ids.next(Date.now()), nowMs: Date.now }),
    onRevision: () => {},
    nowMs: Date.now,
  });
  const holder = new SnapshotHolder(config.snapshot);
  config.serve(holder);
  return { database, config, holder, audit, sealer, close: () => database.close() };
}

/** A change that a test asks for. */
export function testReason(summary: string): ChangeReason {
  const actor = { kind: 'machine', id: 'machine', name: 'test', role: 'admin' } as const;
  return { actor, address: '127.0.0.1', requestId: 'req-1', action: 'test.change', summary };
}

function compileStored(stored: unknown, revision: number): GatewaySnapshot {
  const config = validateConfig(stored, { presets: PRESETS, source: 'database', locate: () => null });
  return compileSnapshot(config, { presets: PRESETS, prices, revision, source: 'database', hashSecret: hashToken });
}
