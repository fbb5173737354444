import { Type } from 'typebox';
import type { ControlServices } from '../../control-services.ts';
import type { AdminAnswer, AdminRoute } from '../../http/admin-route.ts';
import { CHANGED_MODEL, CREATED_MODEL, namesOfModel, SHOWN_MODEL } from './gateway-model-shape.ts';
import { changedKey, createdKey, namesOfKey, shownKey } from './gateway-key-shape.ts';
import { changedProvider, createdProvider, namesOfProvider, shownProvider } from './gateway-provider-shape.ts';
import { slugOfOldId } from '../old-id.ts';
import { type Body, wrapRoute, type RouteShape } from './wrapped-route.ts';

const PROVIDERS = '/api/admin/providers';
const KEYS = '/api/admin/virtual-keys';
const MODELS = '/api/admin/models';

/** The routes with what LLM Gateway calls their fields beside their own names, so that its clients can use the same paths. */
export function withLlmGatewayShapes(routes: readonly AdminRoute[], services: ControlServices): readonly AdminRoute[] {
  const shapes = shapesOf(services);
  const lists = listsOf(services);
  return routes.map((route) => {
    const name = `${route.method} ${route.path}`;
    const list = lists.get(name);
    if (list !== undefined) return withList(route, list);
    const shape = shapes.get(name);
    return shape === undefined ? route : wrapRoute(route, shape);
  });
}

function shapesOf(services: ControlServices): ReadonlyMap<string, RouteShape> {
  const byPath: readonly (readonly [string, RouteShape])[] = [
    [`POST ${PROVIDERS}`, createdProvider(services)],
    [`GET ${PROVIDERS}/:id`, { ...shownProvider(services), query: { includeApiKey: Type.Optional(Type.String({ maxLength: 8 })) } }],
    [`PUT ${PROVIDERS}/:id`, changedProvider(services)],
    [`PATCH ${PROVIDERS}/:id`, changedProvider(services)],
    [`DELETE ${PROVIDERS}/:id`, { idOf: slugOfOldId }],
    [`POST ${PROVIDERS}/:id/test`, { idOf: slugOfOldId }],
    [`POST ${KEYS}`, createdKey(services)],
    [`GET ${KEYS}/:id`, shownKey()],
    [`PUT ${KEYS}/:id`, changedKey(services)],
    [`PATCH ${KEYS}/:id`, changedKey(services)],
    [`POST ${MODELS}`, CREATED_MODEL],
    [`GET ${MODELS}/:id`, SHOWN_MODEL],
    [`PUT ${MODELS}/:id`, CHANGED_MODEL],
    [`PATCH ${MODELS}/:id`, CHANGED_MODEL],
  ];
  return new Map(byPath);
}

/** A list under the name that LLM Gateway gives it. */
interface ListShape {
  readonly word: string;
  readonly namesOf: (item: Body) => Body;
}

function listsOf(services: ControlServices): ReadonlyMap<string, ListShape> {
  const models: ListShape = { word: 'models', namesOf: (item) => ({ ...item, ...namesOfModel(item) }) };
  return new Map([
    [`GET ${PROVIDERS}`, { word: 'providers', namesOf: (item: Body) => ({ ...item, ...namesOfProvider(item, services.presets) }) }],
    [`GET ${KEYS}`, { word: 'virtualKeys', namesOf: (item: Body) => ({ ...item, ...namesOfKey(item) }) }],
    [`GET ${MODELS}`, models],
    [`GET ${MODELS}/by-provider/:id`, models],
  ]);
}

/** The whole list for those who ask for no page of it, as that program's clients do. */
function withList(route: AdminRoute, { word, namesOf }: ListShape): AdminRoute {
  return {
    ...route,
    handle: async (call): Promise<AdminAnswer> => {
      const query = (call.query ?? {}) as Body;
      const page = await route.handle(call);
      if (query['limit'] !== undefined || query['cursor'] !== undefined) return page;
      const whole = await route.handle({ ...call, query: { ...query, limit: Number.MAX_SAFE_INTEGER } });
      const { items } = whole.body as { readonly items: readonly Body[] };
      return { ...page, body: { ...(page.body as Body), [word]: items.map(namesOf) } };
    },
  };
}
