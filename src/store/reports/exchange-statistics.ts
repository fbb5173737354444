import { sql, type Kysely } from 'kysely';
import type { Outcome } from '../../domain/exchange-record.ts';
import type { Provenance } from '../../domain/usage.ts';
import type { Tables } from '../tables.ts';
import { narrowExchanges, type ExchangeFilter } from './exchange-filter.ts';
import { countWhere } from './report-columns.ts';

/** Sums over the exchanges that are alike in all of the first four. */
export interface StatisticsCell {
  /** Began before the instant that parts the window in two. */
  readonly isEarlier: boolean;
  readonly outcome: Outcome;
  /** 2: 200 to 299; 0: there was no answer. */
  readonly statusClass: number;
  readonly provenance: Provenance;
  readonly exchanges: number;
  /** Whose model had no price. */
  readonly unpriced: number;
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  readonly costMicroUsd: number;
  readonly durationMs: number;
  /** How many had a first byte, and when they had it. */
  readonly answered: number;
  readonly firstByteMs: number;
}

/** One scan for a window and the one before it: a few dozen cells, out of which all totals are made. */
export async function readStatistics(db: Kysely<Tables>, filter: ExchangeFilter, partMs: number): Promise<readonly StatisticsCell[]> {
  const rows = await db
    .selectFrom('exchanges')
    .select(({ fn }) => [
      sql<number>`case when started_at < ${sql.lit(partMs)} then 1 else 0 end`.as('earlier'),
      'outcome',
      sql<number>`status - status % 100`.as('class'),
      'usage_provenance as provenance',
      fn.countAll<number>().as('exchanges'),
      countWhere(sql`price_version is null`).as('unpriced'),
      fn.sum<number>('usage_input').as('input'),
      fn.sum<number>('usage_cache_read').as('cacheRead'),
      fn.sum<number>('usage_cache_write').as('cacheWrite'),
      fn.sum<number>('usage_output').as('output'),
      fn.sum<number>('usage_reasoning').as('reasoning'),
      fn.sum<number>('cost_micro_usd').as('costMicroUsd'),
      fn.sum<number>('duration_ms').as('durationMs'),
      fn.count<number>('first_byte_ms').as('answered'),
      fn.sum<number | null>('first_byte_ms').as('firstByteMs'),
    ])
    .where((where) => where.and(narrowExchanges(where, filter)))
    .groupBy(['earlier', 'outcome', 'class', 'provenance'])
    .execute();
  return rows.map(({ earlier, class: status, outcome, provenance, firstByteMs, ...sums }) => ({
    ...sums,
    isEarlier: earlier === 1,
    outcome: outcome as Outcome,
    statusClass: status / 100,
    provenance: provenance as Provenance,
    firstByteMs: firstByteMs ?? 0,
  }));
}
