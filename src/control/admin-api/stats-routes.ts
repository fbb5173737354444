import { Type } from 'typebox';
import { RANKINGS } from '../../store/reports/exchange-ranking.ts';
import { REPORT_GROUPS } from '../../store/reports/report-columns.ts';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { MEMBER_GROUPS } from '../operations/group-member.ts';
import type { ExchangeStats } from '../operations/stats.ts';
import { BUCKETS, type ExchangeTimeseries } from '../operations/timeseries.ts';
import { NarrowingFields, PeriodField, STATS_FIELDS, TopMemberSchema, WindowFields } from './contract/exchange-fields.ts';
import { CLOSED } from './contract/fields.ts';

const StatsFields = { period: PeriodField, ...WindowFields, ...NarrowingFields };
const StatsQuery = Type.Object(StatsFields, CLOSED);
const TopQuery = Type.Object(
  {
    ...StatsFields,
    by: Type.Enum(MEMBER_GROUPS),
    sort: Type.Optional(Type.Enum(RANKINGS, { description: 'Of what the first has most. Default exchanges.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default 10.' })),
  },
  CLOSED,
);
const TimeseriesQuery = Type.Object(
  {
    ...StatsFields,
    bucket: Type.Optional(Type.Enum(BUCKETS, { description: 'Default: as fits the window. At most 1500 in a window.' })),
    by: Type.Optional(Type.Enum(REPORT_GROUPS, { description: 'Default none: one series for all.' })),
    ids: Type.Optional(
      Type.String({
        maxLength: 20_000,
        description: 'At most 50, with commas between; keys as `provider/key`. Default: those with the most exchanges.',
      }),
    ),
    utcOffsetMinutes: Type.Optional(
      Type.Integer({ minimum: -840, maximum: 840, description: 'Where days begin: minutes that clocks there are ahead of UTC. Default 0.' }),
    ),
  },
  CLOSED,
);
const Nullable = Type.Union([Type.String(), Type.Null()]);
const Window = { fromMs: Type.Integer(), beforeMs: Type.Integer() };
const TimeseriesAnswer = Type.Object({
  ...Window,
  bucketMs: Type.Integer(),
  series: Type.Array(
    Type.Object({
      id: Nullable,
      name: Nullable,
      points: Type.Array(
        Type.Object({
          t: Type.Integer({ description: 'Its beginning, epoch ms.' }),
          exchanges: Type.Integer(),
          success: Type.Integer(),
          failure: Type.Integer(),
          tokens: Type.Integer(),
          costMicroUsd: Type.Integer(),
          avgDurationMs: Type.Union([Type.Number(), Type.Null()]),
        }),
      ),
    }),
  ),
});
const KeyAnswer = Type.Object({
  ...Window,
  isComplete: Type.Boolean({ description: 'False: the oldest exchanges with several attempts are left out.' }),
  items: Type.Array(
    Type.Object({
      provider: Type.String(),
      key: Type.String(),
      attempts: Type.Integer(),
      success: Type.Integer(),
      failure: Type.Integer(),
      statusClasses: Type.Record(Type.String(), Type.Integer()),
      avgDurationMs: Type.Number(),
      lastAtMs: Type.Integer(),
      lastStatus: Type.Integer({ description: '0: no answer came.' }),
    }),
  ),
});

/** What the ledger comes to. */
export function statsRoutes(stats: ExchangeStats, timeseries: ExchangeTimeseries): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/stats',
      access: 'stats:read',
      summary: 'Totals of a stretch of time, and of the one of the same length before it.',
      query: StatsQuery,
      answers: { 200: Type.Object(STATS_FIELDS) },
      handle: async ({ query }) => ({ body: await stats.overview(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/stats/top',
      access: 'stats:read',
      summary:
        'Models, providers, provider keys or callers with the most of something. A key counts the exchanges that it served or was the last to be tried for.',
      query: TopQuery,
      answers: { 200: Type.Object({ ...Window, items: Type.Array(TopMemberSchema) }) },
      handle: async ({ query }) => ({ body: await stats.top(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/stats/keys',
      access: 'stats:read',
      summary: 'Attempts by provider key: every call to an upstream counts, also one after which another key answered.',
      query: Type.Object({ period: PeriodField, ...WindowFields }, CLOSED),
      answers: { 200: KeyAnswer },
      handle: async ({ query }) => {
        const tally = await stats.keys(query);
        return { body: { ...tally.window, isComplete: tally.isComplete, items: tally.list() } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/timeseries',
      access: 'stats:read',
      summary: 'How the figures went over time, every stretch of it, also where nothing was.',
      query: TimeseriesQuery,
      answers: { 200: TimeseriesAnswer },
      handle: async ({ query }) => ({ body: await timeseries.read(query) }),
    }),
  ];
}
