import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import type { OwnUsages } from '../operations/own-usage.ts';
import { NarrowingFields, OwnExchangePageSchema, PeriodField, STATS_FIELDS, TopMemberSchema, WindowFields } from './contract/exchange-fields.ts';
import { CLOSED, PageQueryFields } from './contract/fields.ts';

const Named = {
  virtualKey: Type.Optional(Type.String({ maxLength: 191, description: 'For users only, who name the virtual key they mean.' })),
};
const { model, status, outcome, stream } = NarrowingFields;
const Names = Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'Null: all.' });
const OwnKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  expiresAtMs: Type.Union([Type.Integer(), Type.Null()]),
  models: Names,
  providers: Names,
  limits: Type.Record(Type.String(), Type.Number()),
});

/** What whoever holds a virtual key may see: its own usage and nothing else. */
export function ownUsageRoutes(own: OwnUsages): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/self',
      access: 'own-usage',
      summary: 'The virtual key that asks: what it may do and until when.',
      query: Type.Object(Named, CLOSED),
      answers: { 200: OwnKey },
      handle: async ({ principal, query }) => ({ body: own.key(principal, query.virtualKey) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/self/usage',
      access: 'own-usage',
      summary: 'What the virtual key that asks used, beside the stretch of time before.',
      query: Type.Object({ ...Named, period: PeriodField, ...WindowFields }, CLOSED),
      answers: { 200: Type.Object({ ...STATS_FIELDS, models: Type.Array(TopMemberSchema) }) },
      handle: async ({ principal, query: { virtualKey, ...window } }) => ({ body: await own.usage(principal, virtualKey, window) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/self/exchanges',
      access: 'own-usage',
      summary: 'Exchanges of the virtual key that asks, newest first.',
      query: Type.Object({ ...Named, ...PageQueryFields, ...WindowFields, model, status, outcome, stream }, CLOSED),
      answers: { 200: OwnExchangePageSchema },
      handle: async ({ principal, query: { virtualKey, ...query } }) => ({ body: await own.exchanges(principal, virtualKey, query) }),
    }),
  ];
}
