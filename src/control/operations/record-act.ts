import type { AuditEntryChange } from '../../domain/audit-entry.ts';
import type { ControlServices } from '../control-services.ts';
import type { AdminCall } from '../http/admin-route.ts';

/** Writes an act that changed no configuration into the audit log. `action`: as `provider-key.wake`. */
export type RecordAct = (
  call: Pick<AdminCall, 'principal' | 'address' | 'requestId'>,
  action: string,
  subjectKind: string,
  subjectId: string | null,
  changes?: readonly AuditEntryChange[],
) => Promise<void>;

export function recordActs({ audit, newId, nowMs }: Pick<ControlServices, 'audit' | 'newId' | 'nowMs'>): RecordAct {
  return ({ principal, address, requestId }, action, subjectKind, subjectId, changes = []) => {
    const [actorId, actorName] = principal.kind === 'nobody' ? [null, null] : [principal.id, principal.name];
    const act = { action, subjectKind, subjectId, revision: null, changes };
    return audit.append({ id: newId(), at: nowMs(), actorKind: principal.kind, actorId, actorName, address, requestId, ...act });
  };
}
