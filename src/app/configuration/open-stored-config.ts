import { auditChanges } from '../../control/config/audit-changes.ts';
import { DatabaseConfig, type DatabaseConfigParts } from '../../control/config/database-config.ts';
import { UuidV7Source } from '../../lib/uuid-v7.ts';
import type { Redactor } from '../../security/redactor.ts';
import { AuditLog } from '../../store/audit/audit-log.ts';
import { ConfigRepository } from '../../store/config/config-repository.ts';
import type { ControlStore } from '../control/open-control-store.ts';
import type { SnapshotMaker } from './snapshot-maker.ts';

export interface StoredConfigParts {
  readonly store: ControlStore;
  readonly maker: SnapshotMaker;
  readonly redactor: Redactor;
  readonly onRevision: DatabaseConfigParts['onRevision'];
}

/** The configuration of an open database. @throws {ConfigError | SealError} when it cannot be used. */
export function openStoredConfig({ store, maker, redactor, onRevision }: StoredConfigParts): Promise<DatabaseConfig> {
  const ids = new UuidV7Source();
  const newId = (): string => ids.next(Date.now());
  return DatabaseConfig.open({
    repository: new ConfigRepository(store.database),
    sealer: store.sealer,
    compile: (stored, revision) => maker.fromStored(stored, revision),
    audit: auditChanges({ log: new AuditLog(store.database.db), redactor, newId, nowMs: Date.now }),
    onRevision,
    nowMs: Date.now,
  });
}
