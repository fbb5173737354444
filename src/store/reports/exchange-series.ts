import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { Tables } from '../tables.ts';
import { isOneOf, narrowExchanges, type ExchangeFilter } from './exchange-filter.ts';
import { bucketColumn, countWhere, IS_OK, keyColumn, nameColumn, TOTAL_TOKENS, type GroupMember, type ReportGroup } from './report-columns.ts';

/** Stretches of time of one length. They begin at multiples of it since 1970 in UTC, or earlier by `offsetMs`. */
export interface Buckets {
  readonly bucketMs: number;
  readonly offsetMs: number;
}

/** What a member of a group came to in one stretch of time. */
export interface SeriesCell extends GroupMember {
  /** Epoch ms. */
  readonly t: number;
  readonly exchanges: number;
  readonly success: number;
  readonly tokens: number;
  readonly costMicroUsd: number;
  readonly avgDurationMs: number;
}

/** Stretches in which nothing was are not among them. `members`: only these; null: all, so the caller knows that they are few. */
export async function readSeries(
  db: Kysely<Tables>,
  filter: ExchangeFilter,
  { bucketMs, offsetMs }: Buckets,
  by: ReportGroup,
  members: readonly GroupMember[] | null,
): Promise<readonly SeriesCell[]> {
  const rows = await db
    .selectFrom('exchanges')
    .select(({ fn }) => [
      bucketColumn(bucketMs, offsetMs).as('bucket'),
      nameColumn(by).as('member'),
      keyColumn(by).as('memberKey'),
      fn.countAll<number>().as('exchanges'),
      countWhere(IS_OK).as('success'),
      sql<number>`sum(${TOTAL_TOKENS})`.as('tokens'),
      fn.sum<number>('cost_micro_usd').as('cost'),
      fn.avg<number>('duration_ms').as('avgDurationMs'),
    ])
    .where((where) => where.and([...narrowExchanges(where, filter), ...(members === null ? [] : [isMember(by, members)])]))
    .groupBy(by === 'none' ? ['bucket'] : by === 'key' ? ['bucket', 'member', 'memberKey'] : ['bucket', 'member'])
    .orderBy('bucket')
    .execute();
  return rows.map(({ bucket, member, memberKey, cost, ...sums }) => ({ ...sums, t: bucket, name: member, keyId: memberKey, costMicroUsd: cost }));
}

function isMember(by: ReportGroup, members: readonly GroupMember[]): RawBuilder<SqlBool> {
  switch (by) {
    case 'none':
      return sql`1 = 1`;
    case 'model':
      return isOneOf('public_model', namesOf(members));
    case 'provider':
      return isOneOf('provider', namesOf(members));
    case 'caller':
      return isOneOf('virtual_key_id', namesOf(members));
    case 'key': {
      const each = members.map(({ name, keyId }) => sql`(${isOneOf('provider', [name])} and ${isOneOf('key_id', [keyId])})`);
      return each.length === 0 ? sql`1 = 0` : sql<SqlBool>`(${sql.join(each, sql` or `)})`;
    }
  }
}

function namesOf(members: readonly GroupMember[]): readonly (string | null)[] {
  return members.map(({ name }) => name);
}
