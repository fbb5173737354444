import type { AuditEntry } from '../../domain/audit-entry.ts';
import type { AuditFilter } from '../../store/audit/audit-log.ts';
import type { ControlServices } from '../control-services.ts';
import { readPlace, USUAL_LIMIT, writeNext, type TimePage, type TimePageQuery } from './list-cursor.ts';
import { readInstant } from './time-window.ts';

export interface AuditQuery extends TimePageQuery {
  /** Id of who did it. */
  readonly actor?: string;
  readonly action?: string;
  readonly subjectKind?: string;
  readonly subjectId?: string;
  readonly from?: string;
  readonly before?: string;
  readonly q?: string;
}

/** An entry as it is shown. Secrets were masked when it was written. */
export interface AuditView extends Omit<AuditEntry, 'at'> {
  /** Epoch ms. */
  readonly atMs: number;
}

/** Who did what, newest first. */
export class Audit {
  readonly #services: Pick<ControlServices, 'audit'>;

  constructor(services: Pick<ControlServices, 'audit'>) {
    this.#services = services;
  }

  /** @throws {OperationError} `invalid_field`. */
  async list({ limit = USUAL_LIMIT, cursor, ...query }: AuditQuery): Promise<TimePage<AuditView>> {
    const place = readPlace(cursor);
    const after = place === null ? null : { at: place.startedAt, id: place.id };
    const { items, next } = await this.#services.audit.list(filterOf(query), limit, after);
    return { items: items.map(viewOf), next: writeNext(next === null ? null : { startedAt: next.at, id: next.id }) };
  }
}

function filterOf({ actor, action, subjectKind, subjectId, from, before, q }: Omit<AuditQuery, 'limit' | 'cursor'>): AuditFilter {
  const search = q?.trim() ?? '';
  const [fromMs, beforeMs] = [readInstant('from', from), readInstant('before', before)];
  return {
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(action === undefined ? {} : { action }),
    ...(subjectKind === undefined ? {} : { subjectKind }),
    ...(subjectId === undefined ? {} : { subjectId }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(beforeMs === undefined ? {} : { beforeMs }),
    ...(search === '' ? {} : { search }),
  };
}

function viewOf({ at, ...entry }: AuditEntry): AuditView {
  return { atMs: at, ...entry };
}
