import { Type } from 'typebox';
import type { AttemptCell } from '../../../store/reports/attempt-cells.ts';
import { AnyObject } from '../../admin-api/contract/fields.ts';
import type { ControlServices } from '../../control-services.ts';
import { defineRoute, type AdminRoute } from '../../http/admin-route.ts';
import type { KeyTally } from '../../operations/key-tally.ts';
import { ExchangeStats } from '../../operations/stats.ts';
import { ExchangeTimeseries } from '../../operations/timeseries.ts';
import { readKeyId } from '../key-id.ts';
import { recordsOf, type LbKeyRecord } from './lb-key-record.ts';

const MINUTE_MS = 60_000;
const WINDOW_MINUTES = 60;
const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
const IdsQuery = Type.Object({ ids: Type.Optional(Type.String({ maxLength: 100_000, description: 'With commas between; absent: all.' })) });

/** Figures of keys as llm-apikey-lb draws them. Every attempt counts, not every request of a client. */
export function lbFigureRoutes(services: ControlServices): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/admin/stats',
      access: 'stats:read',
      summary: 'llm-apikey-lb: attempts by key in the last 24 hours, the most used first.',
      answers: { 200: AnyObject },
      handle: async () => {
        const tally = await new ExchangeStats(services).keys({ period: '24h' });
        const items = recordsOf(services).map((record) => statsOf(record, tally));
        return { body: { items: items.toSorted((a, b) => b.total - a.total) } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/admin/timeseries',
      access: 'stats:read',
      summary: 'llm-apikey-lb: attempts by key and minute in the last hour.',
      query: IdsQuery,
      answers: { 200: AnyObject },
      handle: async ({ query }) => {
        const { cells, fromMs, beforeMs } = await new ExchangeTimeseries(services).attempts(WINDOW_MINUTES);
        const asked = query.ids === undefined || query.ids.trim() === '' ? null : new Set(query.ids.split(',').map((id) => id.trim()));
        const records = recordsOf(services).filter(({ id }) => asked === null || asked.has(id));
        const byKey = Map.groupBy(cells, ({ provider, keyId }) => `${provider ?? ''}.${keyId ?? ''}`);
        const series = records.map(({ id, name, provider }) => ({ id, name, provider, points: pointsOf(byKey.get(id) ?? [], fromMs) }));
        return { body: { bucketMs: MINUTE_MS, windowMinutes: WINDOW_MINUTES, endAt: beforeMs - 1, series } };
      },
    }),
  ];
}

interface LbStats {
  readonly total: number;
  readonly [figure: string]: unknown;
}

function statsOf({ id, name, provider, enabled, failures, cooldownUntil }: LbKeyRecord, tally: KeyTally): LbStats {
  const named = readKeyId(id);
  const figures = named === null ? null : tally.find(named.provider, named.key);
  const classes = figures?.statusClasses ?? {};
  return {
    id,
    name,
    provider,
    enabled,
    failures,
    cooldownUntil,
    total: figures?.attempts ?? 0,
    success: figures?.success ?? 0,
    failure: figures?.failure ?? 0,
    statusClassCounts: { ...Object.fromEntries(CLASSES.map((word) => [word, classes[word] ?? 0])), error: classes['none'] ?? 0 },
    avgLatencyMs: figures?.avgDurationMs ?? null,
    lastAt: figures?.lastAtMs ?? null,
    lastStatus: figures === null ? '' : figures.lastStatus === 0 ? 'error' : String(figures.lastStatus),
  };
}

/** One for every minute that the last sixty touch. */
function pointsOf(cells: readonly AttemptCell[], fromMs: number): readonly object[] {
  const byMinute = Map.groupBy(cells, ({ t }) => t);
  return Array.from({ length: WINDOW_MINUTES + 1 }, (_, index) => {
    const t = fromMs + index * MINUTE_MS;
    const found = byMinute.get(t) ?? [];
    const sum = (figure: (cell: AttemptCell) => number): number => found.reduce((all, cell) => all + figure(cell), 0);
    const count = sum(({ attempts }) => attempts);
    const success = sum(({ attempts, isOk }) => (isOk ? attempts : 0));
    const avgLatencyMs = count === 0 ? null : sum(({ durationMs }) => durationMs) / count;
    return { t, count, success, failure: count - success, avgLatencyMs, latencyCount: count };
  });
}
