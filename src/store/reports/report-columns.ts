import { sql, type RawBuilder } from 'kysely';

/** By what exchanges are told apart in rankings and series. */
export const REPORT_GROUPS = ['none', 'model', 'provider', 'key', 'caller'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

/** One of a group. Null where an exchange has none, as those of anonymous callers have no caller. */
export interface GroupMember {
  /** The public model, the provider, or the virtual key; of provider keys that of the provider. */
  readonly name: string | null;
  /** Of provider keys only. */
  readonly keyId: string | null;
}

/** Beginning of the stretch of time that an exchange belongs to. Whole numbers are written into the statement, so that it may be grouped by. */
export function bucketColumn(bucketMs: number, offsetMs: number): RawBuilder<number> {
  const [bucket, offset] = [sql.lit(Math.round(bucketMs)), sql.lit(Math.round(offsetMs))];
  return sql<number>`started_at - ((started_at + ${offset}) % ${bucket})`;
}

/** The name of the group that an exchange belongs to. */
export function nameColumn(group: ReportGroup): RawBuilder<string | null> {
  switch (group) {
    case 'none':
      return sql`null`;
    case 'model':
      return sql`public_model`;
    case 'provider':
    case 'key':
      return sql`provider`;
    case 'caller':
      return sql`virtual_key_id`;
  }
}

export function keyColumn(group: ReportGroup): RawBuilder<string | null> {
  return group === 'key' ? sql`key_id` : sql`null`;
}

/** All tokens that passed, in and out. */
export const TOTAL_TOKENS = sql<number>`usage_input + usage_cache_read + usage_cache_write + usage_output`;

/** How many rows are so. */
export function countWhere(condition: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`sum(case when ${condition} then 1 else 0 end)`;
}

export const IS_OK = sql`outcome = 'ok'`;
