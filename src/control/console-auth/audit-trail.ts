import type { AuditEntry, AuditEntryChange } from '../../domain/audit-entry.ts';
import type { Principal } from '../principal.ts';
import type { CallOrigin } from './call-facts.ts';

export interface AuditTrailParts {
  /** Keeps an entry; the act fails when it fails. */
  readonly audit: (entry: AuditEntry) => Promise<void>;
  /** Takes out whatever looks like a secret: people type passwords where names belong. */
  readonly mask: (text: string) => string;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

export interface AuditAct {
  readonly by: Principal;
  /** Null: at the machine itself. */
  readonly origin: CallOrigin | null;
  readonly action: string;
  readonly subjectKind: 'user' | 'session' | 'virtual-key';
  readonly subjectId: string | null;
  readonly changes?: readonly AuditEntryChange[];
}

const LONGEST_NAME = 128;

/** Writes down who signed in, who did not, and what was changed about users and sessions. */
export class AuditTrail {
  readonly #parts: AuditTrailParts;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
  }

  async record({ by, origin, action, subjectKind, subjectId, changes = [] }: AuditAct): Promise<void> {
    const { audit, nowMs, newId } = this.#parts;
    await audit({
      id: newId(),
      at: nowMs(),
      actorKind: by.kind,
      actorId: by.kind === 'nobody' ? null : by.id,
      actorName: by.kind === 'nobody' ? null : by.name,
      address: origin?.address ?? null,
      requestId: origin?.requestId ?? null,
      action,
      subjectKind,
      subjectId,
      revision: null,
      changes,
    });
  }

  /** Somebody was not let in. `typedName` is whatever stood in the field. */
  async recordFailure(typedName: string, subjectId: string | null, reason: string, origin: CallOrigin): Promise<void> {
    const name = this.#parts.mask(typedName.slice(0, LONGEST_NAME));
    await this.record({
      by: { kind: 'nobody' },
      origin,
      action: 'login.failed',
      subjectKind: 'user',
      subjectId,
      changes: [
        { path: 'username', before: null, after: name },
        { path: 'reason', before: null, after: reason },
      ],
    });
  }
}
