import type { Outcome } from '../../domain/exchange-record.ts';
import type { Provenance } from '../../domain/usage.ts';
import { percentileOf, type DurationCount } from '../../store/reports/duration-spread.ts';
import type { ExchangeFilter } from '../../store/reports/exchange-filter.ts';
import type { RankedMember, Ranking } from '../../store/reports/exchange-ranking.ts';
import type { StatisticsCell } from '../../store/reports/exchange-statistics.ts';
import type { ControlServices } from '../control-services.ts';
import { exchangeFilterOf, type ExchangeQuery } from './exchange-query.ts';
import { memberId, memberLabel, type MemberGroup } from './group-member.ts';
import { KeyTally } from './key-tally.ts';
import { windowOf, type TimeWindow, type WindowQuery } from './time-window.ts';

export interface StatsQuery extends WindowQuery, Omit<ExchangeQuery, 'from' | 'before'> {}

export interface TopQuery extends StatsQuery {
  readonly by: MemberGroup;
  readonly sort?: Ranking;
  readonly limit?: number;
}

/** Of durations; percentiles to three digits. Null: there was nothing to measure. */
export interface DurationFigures {
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** What a stretch of time came to. */
export interface StatsFigures extends TimeWindow {
  readonly exchanges: number;
  /** Outcome ok. */
  readonly success: number;
  readonly failure: number;
  /** 0 to 1; null: there were no exchanges. */
  readonly successShare: number | null;
  readonly tokens: TokenFigures;
  readonly costMicroUsd: number;
  /** Exchanges whose model had no price. */
  readonly unpriced: number;
  readonly duration: DurationFigures;
  readonly firstByte: DurationFigures;
  readonly outcomes: Partial<Readonly<Record<Outcome, number>>>;
  /** By `2xx` and the like; `none`: there was no answer. */
  readonly statusClasses: Readonly<Record<string, number>>;
  /** Shares of the exchanges whose figures are measured, estimated or missing, 0 to 1. */
  readonly provenance: Readonly<Record<Provenance, number>>;
}

/** Tokens by class; `reasoning` is a part of `output`. */
export interface TokenFigures {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  readonly total: number;
}

export interface Stats {
  readonly now: StatsFigures;
  /** The stretch of the same length just before. */
  readonly before: StatsFigures;
}

export interface TopMember extends Omit<RankedMember, 'name' | 'keyId'> {
  /** Null: exchanges that have none, as anonymous ones have no caller. Of provider keys `provider/key`. */
  readonly id: string | null;
  /** As people call it, where it is configured. */
  readonly name: string | null;
  readonly failure: number;
}

type StatsServices = Pick<ControlServices, 'reports' | 'config' | 'nowMs'>;

/** What the ledger comes to. Failed attempts of exchanges that another key saved are in {@link ExchangeStats.keys} only. */
export class ExchangeStats {
  readonly #services: StatsServices;

  constructor(services: StatsServices) {
    this.#services = services;
  }

  /** @throws {OperationError} `invalid_field`. */
  async overview(query: StatsQuery): Promise<Stats> {
    const { reports } = this.#services;
    const { filter, window } = this.#read(query);
    const part = window.fromMs;
    const previous = { fromMs: part - (window.beforeMs - part), beforeMs: part };
    const both = { ...filter, ...window, fromMs: previous.fromMs };
    const cells = await reports.statistics(both, part);
    const durations = await reports.durations('duration_ms', both, part);
    const firstBytes = await reports.durations('first_byte_ms', both, part);
    const half = (isEarlier: boolean): StatsFigures => {
      const of = <Row extends { readonly isEarlier: boolean }>(rows: readonly Row[]): readonly Row[] =>
        rows.filter((row) => row.isEarlier === isEarlier);
      return figuresOf(isEarlier ? previous : window, of(cells), of(durations), of(firstBytes));
    };
    return { now: half(false), before: half(true) };
  }

  /** Those with the most of something. @throws {OperationError} `invalid_field`. */
  async top({ by, sort = 'exchanges', limit = 10, ...query }: TopQuery): Promise<{ readonly items: readonly TopMember[] } & TimeWindow> {
    const { reports, config } = this.#services;
    const { filter, window } = this.#read(query);
    const view = config.view();
    const ranked = await reports.ranking({ ...filter, ...window }, by, sort, limit);
    const items = ranked.map(({ name, keyId, ...figures }) => ({
      id: memberId({ name, keyId }),
      name: memberLabel(view, by, { name, keyId }),
      ...figures,
      failure: figures.exchanges - figures.success,
    }));
    return { ...window, items };
  }

  /** Attempts by provider key: every call to an upstream counts, also one after which another key answered. */
  async keys(query: WindowQuery): Promise<KeyTally> {
    const { reports, nowMs } = this.#services;
    const window = windowOf(query, nowMs());
    const wholeMs = 2 * window.beforeMs;
    return new KeyTally(window, await reports.attempts(window, { bucketMs: wholeMs, offsetMs: 0 }));
  }

  #read({ period, from, before, ...query }: StatsQuery): { readonly filter: ExchangeFilter; readonly window: TimeWindow } {
    const bounds = {
      ...(period === undefined ? {} : { period }),
      ...(from === undefined ? {} : { from }),
      ...(before === undefined ? {} : { before }),
    };
    return { filter: exchangeFilterOf(query), window: windowOf(bounds, this.#services.nowMs()) };
  }
}

function figuresOf(
  window: TimeWindow,
  cells: readonly StatisticsCell[],
  durations: readonly DurationCount[],
  firstBytes: readonly DurationCount[],
): StatsFigures {
  const sum = (figure: (cell: StatisticsCell) => number): number => cells.reduce((all, cell) => all + figure(cell), 0);
  const count = (isMeant: (cell: StatisticsCell) => boolean): number => sum((cell) => (isMeant(cell) ? cell.exchanges : 0));
  const exchanges = sum((cell) => cell.exchanges);
  const success = count(({ outcome }) => outcome === 'ok');
  const share = (figure: number): number => (exchanges === 0 ? 0 : figure / exchanges);
  return {
    ...window,
    exchanges,
    success,
    failure: exchanges - success,
    successShare: exchanges === 0 ? null : success / exchanges,
    tokens: tokensOf(sum),
    costMicroUsd: sum((cell) => cell.costMicroUsd),
    unpriced: sum((cell) => cell.unpriced),
    duration: spreadOf(
      sum((cell) => cell.durationMs),
      exchanges,
      durations,
    ),
    firstByte: spreadOf(
      sum((cell) => cell.firstByteMs),
      sum((cell) => cell.answered),
      firstBytes,
    ),
    outcomes: countBy(cells, ({ outcome }) => outcome),
    statusClasses: countBy(cells, ({ statusClass }) => statusWord(statusClass)),
    provenance: {
      measured: share(count(({ provenance }) => provenance === 'measured')),
      estimated: share(count(({ provenance }) => provenance === 'estimated')),
      missing: share(count(({ provenance }) => provenance === 'missing')),
    },
  };
}

function tokensOf(sum: (figure: (cell: StatisticsCell) => number) => number): TokenFigures {
  const [input, cacheRead, cacheWrite, output] = [
    sum((cell) => cell.input),
    sum((cell) => cell.cacheRead),
    sum((cell) => cell.cacheWrite),
    sum((cell) => cell.output),
  ];
  return { input, cacheRead, cacheWrite, output, reasoning: sum((cell) => cell.reasoning), total: input + cacheRead + cacheWrite + output };
}

function spreadOf(sumMs: number, measured: number, counts: readonly DurationCount[]): DurationFigures {
  return { meanMs: measured === 0 ? null : sumMs / measured, p50Ms: percentileOf(counts, 0.5), p95Ms: percentileOf(counts, 0.95) };
}

function statusWord(statusClass: number): string {
  return statusClass === 0 ? 'none' : `${statusClass}xx`;
}

function countBy<Word extends string>(cells: readonly StatisticsCell[], wordOf: (cell: StatisticsCell) => Word): Record<Word, number> {
  const counts = {} as Record<Word, number>;
  for (const cell of cells) counts[wordOf(cell)] = (counts[wordOf(cell)] ?? 0) + cell.exchanges;
  return counts;
}
