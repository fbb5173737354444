import { sql, type Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { narrowExchanges, type ExchangeFilter } from './exchange-filter.ts';
import { countWhere, IS_OK, keyColumn, nameColumn, TOTAL_TOKENS, type GroupMember, type ReportGroup } from './report-columns.ts';

export const RANKINGS = ['exchanges', 'cost', 'tokens', 'failures'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** What a member of a group came to. */
export interface RankedMember extends GroupMember {
  readonly exchanges: number;
  readonly success: number;
  readonly tokens: number;
  readonly costMicroUsd: number;
  readonly avgDurationMs: number;
  /** Null: none of them had a first byte. */
  readonly avgFirstByteMs: number | null;
}

/** Those of a group with the most of something, the first first. */
export async function readRanking(
  db: Kysely<Tables>,
  filter: ExchangeFilter,
  by: ReportGroup,
  ranking: Ranking,
  limit: number,
): Promise<readonly RankedMember[]> {
  const rows = await db
    .selectFrom('exchanges')
    .select(({ fn }) => [
      nameColumn(by).as('member'),
      keyColumn(by).as('memberKey'),
      fn.countAll<number>().as('exchanges'),
      countWhere(IS_OK).as('success'),
      countWhere(sql`outcome <> 'ok'`).as('failures'),
      sql<number>`sum(${TOTAL_TOKENS})`.as('tokens'),
      fn.sum<number>('cost_micro_usd').as('cost'),
      fn.avg<number>('duration_ms').as('avgDurationMs'),
      fn.avg<number | null>('first_byte_ms').as('avgFirstByteMs'),
    ])
    .where((where) => where.and(narrowExchanges(where, filter)))
    .groupBy(by === 'key' ? ['member', 'memberKey'] : ['member'])
    .orderBy(ranking, 'desc')
    .orderBy('member')
    .orderBy('memberKey')
    .limit(limit)
    .execute();
  return rows.map(({ member, memberKey, failures: _failures, cost, ...sums }) => ({ ...sums, name: member, keyId: memberKey, costMicroUsd: cost }));
}
