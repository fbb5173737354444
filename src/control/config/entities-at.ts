import type { ConfigEntity } from '../../config/config-entities.ts';
import type { SecretSealer } from '../../security/sealing/secret-sealer.ts';
import type { StoredChange } from '../../store/config/config-records.ts';
import { entityName, type ConfigView } from './config-view.ts';
import { openBody } from './entity-sealing.ts';

/** What was configured before these changes, the latest first, were made. @throws {SealError} */
export function entitiesAt(view: ConfigView, changes: readonly StoredChange[], sealer: SecretSealer): readonly ConfigEntity[] {
  const own = view.entities.filter(({ origin }) => origin === 'database');
  const entities = new Map(own.map(({ kind, id, place, body }): [string, ConfigEntity] => [entityName(kind, id), { kind, id, place, body }]));
  for (const { kind, id, before } of changes) {
    const name = entityName(kind, id);
    if (before === null) entities.delete(name);
    else entities.set(name, { kind, id, place: before.place, body: openBody(kind, id, before.body, sealer) });
  }
  return [...entities.values()];
}
