import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import type { Catalogue } from '../operations/catalogue.ts';
import { AnyObject, CLOSED } from './contract/fields.ts';

const BASE = '/api/admin/litellm-presets';
const SearchBody = Type.Object(
  {
    query: Type.String({ maxLength: 256, description: 'Part of a model’s name.' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default 100.' })),
  },
  CLOSED,
);
const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 500, description: 'Percent-encoded as one segment.' }) });

/** The price list of the release, under the paths of LLM Gateway. */
export function catalogueRoutes(catalogue: Catalogue): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/stats`,
      access: 'catalogue:read',
      summary: 'What the price list holds, and of when it is.',
      answers: { 200: AnyObject },
      handle: async () => ({ body: catalogue.stats() }),
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/search`,
      access: 'catalogue:read',
      summary: 'Look for models in the price list, best first.',
      body: SearchBody,
      answers: { 200: AnyObject },
      handle: async ({ body }) => ({ body: catalogue.search(body.query, body.limit) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/model/:name`,
      access: 'catalogue:read',
      summary: 'The model of exactly this name in the price list.',
      params: NameParams,
      answers: { 200: AnyObject },
      handle: async ({ params }) => ({ body: catalogue.get(params.name) }),
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/update`,
      access: 'catalogue:operate',
      summary: 'Tells that prices come with the release: nothing is fetched.',
      answers: { 200: AnyObject },
      handle: async () => ({ body: catalogue.update() }),
    }),
  ];
}
