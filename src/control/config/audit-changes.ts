import { diffEntities } from '../../security/audit/diff-entities.ts';
import type { Redactor } from '../../security/redactor.ts';
import type { AuditLog } from '../../store/audit/audit-log.ts';
import type { ConfigAudit } from './database-config.ts';

/** Things of one change that get an entry each; of larger imports the revision tells the rest. */
const MOST_ENTRIES = 200;

/** Writes each changed thing into the audit log, in the transaction of the change: what was, and what is, without secrets. */
export function auditChanges(parts: {
  readonly log: AuditLog;
  readonly redactor: Redactor;
  readonly newId: () => string;
  readonly nowMs: () => number;
}): ConfigAudit {
  const { log, redactor, newId, nowMs } = parts;
  return async (transaction, { actor, address, requestId, action }, changes) => {
    const common = {
      at: nowMs(),
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      address,
      requestId,
      action,
      revision: transaction.revision,
    };
    for (const { kind, id, before, after } of changes.slice(0, MOST_ENTRIES)) {
      const diff = diffEntities(before?.body, after?.body, redactor);
      const told = diff.changes.map(({ path, before: was, after: is }) => ({ path, before: was ?? null, after: is ?? null }));
      await log.append({ ...common, id: newId(), subjectKind: kind, subjectId: id, changes: told }, transaction.db);
    }
    if (changes.length <= MOST_ENTRIES) return;
    const more = [{ path: 'omitted', before: null, after: changes.length - MOST_ENTRIES }];
    await log.append({ ...common, id: newId(), subjectKind: 'config', subjectId: null, changes: more }, transaction.db);
  };
}
