import type { AttemptCell } from '../../store/reports/attempt-cells.ts';
import type { SeriesCell } from '../../store/reports/exchange-series.ts';
import type { GroupMember, ReportGroup } from '../../store/reports/report-columns.ts';
import type { ControlServices } from '../control-services.ts';
import { exchangeFilterOf, type ExchangeQuery } from './exchange-query.ts';
import { memberId, memberLabel, memberOf } from './group-member.ts';
import { windowOf, wrongField, type TimeWindow, type WindowQuery } from './time-window.ts';

const BUCKET_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type Bucket = keyof typeof BUCKET_MS;
export const BUCKETS = ['minute', 'hour', 'day'] as const satisfies readonly Bucket[];

export interface TimeseriesQuery extends WindowQuery, Omit<ExchangeQuery, 'from' | 'before'> {
  /** Absent: as fits the window. */
  readonly bucket?: Bucket;
  readonly by?: ReportGroup;
  /** With commas between; absent: those with the most exchanges. Of provider keys `provider/key`. */
  readonly ids?: string;
  /** Where days begin: minutes that clocks there are ahead of UTC. */
  readonly utcOffsetMinutes?: number;
}

/** What one stretch of time came to. */
export interface TimePoint {
  /** Its beginning, epoch ms. */
  readonly t: number;
  readonly exchanges: number;
  readonly success: number;
  readonly failure: number;
  readonly tokens: number;
  readonly costMicroUsd: number;
  /** Null: there were no exchanges. */
  readonly avgDurationMs: number | null;
}

export interface Series {
  /** Null: all together, or exchanges that have no such thing. */
  readonly id: string | null;
  /** As people call it, where it is configured. */
  readonly name: string | null;
  /** One for every stretch of the window, in order. */
  readonly points: readonly TimePoint[];
}

export interface Timeseries extends TimeWindow {
  readonly bucketMs: number;
  readonly series: readonly Series[];
}

const MOST_BUCKETS = 1500;
const MOST_SERIES = 50;

type TimeseriesServices = Pick<ControlServices, 'reports' | 'config' | 'nowMs'>;

/** How the ledger's figures went over time. */
export class ExchangeTimeseries {
  readonly #services: TimeseriesServices;

  constructor(services: TimeseriesServices) {
    this.#services = services;
  }

  /**
   * A key's series counts the exchanges that it served or was the last to be tried for; attempts are counted by {@link attempts}.
   * @throws {OperationError} `invalid_field`.
   */
  async read(query: TimeseriesQuery): Promise<Timeseries> {
    const { reports, config, nowMs } = this.#services;
    const { bucket, by = 'none', ids, utcOffsetMinutes = 0, period, from, before, ...narrowing } = query;
    const asked = windowOf(bounds({ period, from, before }), nowMs());
    const bucketMs = BUCKET_MS[bucket ?? usualBucket(asked)];
    const offsetMs = utcOffsetMinutes * 60_000;
    const window = { ...asked, fromMs: beginOf(asked.fromMs, bucketMs, offsetMs) };
    refuseTooMany(window, bucketMs);
    const filter = { ...exchangeFilterOf(narrowing), ...window };
    const members =
      by === 'none' ? [{ name: null, keyId: null }] : (listed(by, ids) ?? (await reports.ranking(filter, by, 'exchanges', MOST_SERIES)));
    const cells = await reports.series(filter, { bucketMs, offsetMs }, by, by === 'none' ? null : members);
    const byMember = Map.groupBy(cells, wordOf);
    const view = config.view();
    const series = members.map((member) => {
      const found = new Map((byMember.get(wordOf(member)) ?? []).map((cell) => [cell.t, cell]));
      const points = beginnings(window, bucketMs).map((t) => pointOf(t, found.get(t)));
      return { id: memberId(member), name: memberLabel(view, by, member), points };
    });
    return { ...window, bucketMs, series };
  }

  /** Attempts of a stretch of time by minute, for those who draw each key for itself. Begins with a whole minute. */
  async attempts(minutes: number): Promise<{ readonly cells: readonly AttemptCell[] } & TimeWindow> {
    const beforeMs = this.#services.nowMs() + 1;
    const window = { fromMs: beginOf(beforeMs - minutes * BUCKET_MS.minute, BUCKET_MS.minute, 0), beforeMs };
    const { cells } = await this.#services.reports.attempts(window, { bucketMs: BUCKET_MS.minute, offsetMs: 0 });
    return { ...window, cells };
  }
}

function bounds({ period, from, before }: { readonly [Name in keyof WindowQuery]-?: WindowQuery[Name] | undefined }): WindowQuery {
  return { ...(period === undefined ? {} : { period }), ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) };
}

function usualBucket({ fromMs, beforeMs }: TimeWindow): Bucket {
  const hours = (beforeMs - fromMs) / BUCKET_MS.hour;
  if (hours <= 3) return 'minute';
  return hours <= 8 * 24 ? 'hour' : 'day';
}

function beginOf(instant: number, bucketMs: number, offsetMs: number): number {
  return instant - ((instant + offsetMs) % bucketMs);
}

function refuseTooMany({ fromMs, beforeMs }: TimeWindow, bucketMs: number): void {
  if ((beforeMs - fromMs) / bucketMs > MOST_BUCKETS) throw wrongField('bucket', `is too short for this window: at most ${MOST_BUCKETS} fit in`);
}

function listed(by: ReportGroup, ids: string | undefined): readonly GroupMember[] | null {
  if (ids === undefined) return null;
  const words = [...new Set(ids.split(',').map((word) => word.trim()))].filter((word) => word !== '');
  if (words.length > MOST_SERIES) throw wrongField('ids', `may name ${MOST_SERIES} at most`);
  return words.map((word) => memberOf(by, word));
}

function wordOf({ name, keyId }: GroupMember | SeriesCell): string {
  return JSON.stringify([name, keyId]);
}

function beginnings({ fromMs, beforeMs }: TimeWindow, bucketMs: number): readonly number[] {
  return Array.from({ length: Math.ceil((beforeMs - fromMs) / bucketMs) }, (_, index) => fromMs + index * bucketMs);
}

function pointOf(t: number, cell: SeriesCell | undefined): TimePoint {
  if (cell === undefined) return { t, exchanges: 0, success: 0, failure: 0, tokens: 0, costMicroUsd: 0, avgDurationMs: null };
  const { exchanges, success, tokens, costMicroUsd, avgDurationMs } = cell;
  return { t, exchanges, success, failure: exchanges - success, tokens, costMicroUsd, avgDurationMs };
}
