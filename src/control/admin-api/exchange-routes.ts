import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import type { Exchanges } from '../operations/exchanges.ts';
import { ExchangePageSchema, ExchangeQueryFields, ExchangeSchema } from './contract/exchange-fields.ts';
import { CLOSED, IdParams, PageQueryFields } from './contract/fields.ts';

const ListQuery = Type.Object(
  { ...PageQueryFields, ...ExchangeQueryFields, trace: Type.Optional(Type.Boolean({ description: 'With how each was decided.' })) },
  CLOSED,
);
const ExportQuery = Type.Object({ ...ExchangeQueryFields, format: Type.Optional(Type.Enum(['csv'])) }, CLOSED);

/** What went through the gateway. */
export function exchangeRoutes(exchanges: Exchanges): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/exchanges',
      access: 'ledger:read',
      summary: 'List exchanges, newest first.',
      query: ListQuery,
      answers: { 200: ExchangePageSchema },
      handle: async ({ query }) => ({ body: await exchanges.list(query) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/exchanges/export',
      access: 'ledger:read',
      summary: 'The same list as CSV, at most 100,000 rows. `x-headgate-rows` says how many there are, `x-headgate-cut` whether more were left out.',
      query: ExportQuery,
      answers: { 200: Type.String() },
      handle: async ({ query: { format: _format, ...query }, signal }) => {
        const { rows, isCut, lines } = await exchanges.exportCsv(query, signal);
        const headers = {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': 'attachment; filename="exchanges.csv"',
          'x-headgate-rows': String(rows),
          'x-headgate-cut': String(isCut),
        };
        return { headers, stream: lines };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/admin/exchanges/:id',
      access: 'ledger:read',
      summary: 'An exchange with its attempts and how it was decided.',
      params: IdParams,
      answers: { 200: ExchangeSchema },
      handle: async ({ params }) => ({ body: await exchanges.get(params.id) }),
    }),
  ];
}
