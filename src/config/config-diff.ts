import { isDeepStrictEqual } from 'node:util';
import type { ConfigEntity, EntityKind } from './config-entities.ts';

/** One difference between two configurations. Values of secrets are never in it. */
export interface ConfigChange {
  readonly kind: EntityKind;
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Fields that differ; for `changed` only. */
  readonly fields: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: string;
  /** As JSON; null: absent, or not to be shown. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Fields whose values are nobody's business. */
const HIDDEN: ReadonlySet<string> = new Set(['secret', 'secretHash', 'previousSecretHash', 'headers', 'query', 'proxyUrl']);
const LONGEST_VALUE = 120;

/** What must change for `before` to become `after`, in the order of `after`, removals last. */
export function diffEntities(before: readonly ConfigEntity[], after: readonly ConfigEntity[]): readonly ConfigChange[] {
  const old = new Map(before.map((entity) => [nameOf(entity), entity]));
  const present = new Set(after.map(nameOf));
  const changes = after.flatMap((entity): ConfigChange[] => {
    const { kind, id } = entity;
    const was = old.get(nameOf(entity));
    if (was === undefined) return [{ kind, id, change: 'added', fields: [] }];
    const fields = diffFields(was.body, entity.body);
    return fields.length === 0 ? [] : [{ kind, id, change: 'changed', fields }];
  });
  const gone = before.filter((entity) => !present.has(nameOf(entity)));
  return [...changes, ...gone.map(({ kind, id }): ConfigChange => ({ kind, id, change: 'removed', fields: [] }))];
}

function nameOf({ kind, id }: ConfigEntity): string {
  return `${kind} ${id}`;
}

function diffFields(before: ConfigEntity['body'], after: ConfigEntity['body']): readonly FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => ({ field, before: shown(field, before[field]), after: shown(field, after[field]) }));
}

function shown(field: string, value: unknown): string | null {
  if (value === undefined || HIDDEN.has(field)) return null;
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
