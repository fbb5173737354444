import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { readAttempts, type AttemptCells } from './attempt-cells.ts';
import { readDurations, type DurationColumn, type DurationCount } from './duration-spread.ts';
import type { ExchangeFilter } from './exchange-filter.ts';
import { readRanking, type RankedMember, type Ranking } from './exchange-ranking.ts';
import { readSeries, type Buckets, type SeriesCell } from './exchange-series.ts';
import { readStatistics, type StatisticsCell } from './exchange-statistics.ts';
import type { GroupMember, ReportGroup } from './report-columns.ts';

/** What the ledger comes to. Each is one scan of the window that the filter names. */
export class ExchangeReports {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** `partMs` parts the window in an earlier and a later half; epoch ms. */
  statistics(filter: ExchangeFilter, partMs: number): Promise<readonly StatisticsCell[]> {
    return readStatistics(this.#db, filter, partMs);
  }

  /** In order of duration. */
  durations(column: DurationColumn, filter: ExchangeFilter, partMs: number): Promise<readonly DurationCount[]> {
    return readDurations(this.#db, column, filter, partMs);
  }

  ranking(filter: ExchangeFilter, by: ReportGroup, ranking: Ranking, limit: number): Promise<readonly RankedMember[]> {
    return readRanking(this.#db, filter, by, ranking, limit);
  }

  series(filter: ExchangeFilter, buckets: Buckets, by: ReportGroup, members: readonly GroupMember[] | null): Promise<readonly SeriesCell[]> {
    return readSeries(this.#db, filter, buckets, by, members);
  }

  attempts(window: { readonly fromMs: number; readonly beforeMs: number }, buckets: Buckets): Promise<AttemptCells> {
    return readAttempts(this.#db, window, buckets);
  }
}
