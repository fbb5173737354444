import type { TObject, TSchema } from 'typebox';
import type { AdminRoute } from './admin-route.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ApiDescription {
  readonly version: string;
  readonly routes: readonly AdminRoute[];
  /** Operations of the data plane, which is no table of routes: path → method → operation. */
  readonly dataPlane: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** Errors of every route; the codes stand in docs/reference/errors.md. */
const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'string' },
        problems: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } } },
      },
      required: ['message', 'type', 'param', 'code'],
    },
  },
  required: ['error'],
};

/** The OpenAPI 3.1 document of the gateway, made from the routes themselves. It holds no example value, so no secret either. */
export function describeApi({ version, routes, dataPlane }: ApiDescription): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [path, operations] of Object.entries(dataPlane)) paths[path] = { ...operations };
  for (const route of routes) {
    const path = route.path.replaceAll(/:([A-Za-z]+)/gu, '{$1}').replaceAll('*', '{path}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headgate',
      version,
      description: 'The data plane for clients of models, and the admin API. Each route of the admin API names the right that it needs.',
    },
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: { Error: ERROR },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token from /api/auth/login, the admin token, or a virtual key.' },
        adminToken: { type: 'apiKey', in: 'header', name: 'x-admin-token' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'headgate_session',
          description: 'Of the console; changes need the header x-csrf-token as well.',
        },
      },
    },
  };
}

function operationOf({ method, path, access, summary, params, query, body, answers }: AdminRoute): Json {
  const isPublic = access === 'public';
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')];
  const good = Object.entries(answers).map(([status, schema]) => [
    status,
    { description: 'Good.', content: { 'application/json': { schema: plain(schema) } } },
  ]);
  return {
    operationId: operationIdOf(method, path),
    tags: [tagOf(path)],
    summary,
    description: isPublic ? 'Open to everybody.' : `Needs ${access}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } } }),
    responses: {
      ...Object.fromEntries(good),
      default: { description: 'An error.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
    ...(isPublic ? { security: [] } : { security: [{ bearer: [] }, { adminToken: [] }, { session: [] }] }),
  };
}

function parametersOf(schema: TObject | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  return Object.entries(schema.properties as Record<string, TSchema>).map(([name, field]) => {
    const { description, ...rest } = plain(field) as { description?: string };
    const isRequired = place === 'path' || required.has(name);
    return { name, in: place, required: isRequired, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

/** The schema as JSON: without what only our own checks read. */
function plain(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema, (name, value: unknown) => (name === 'expected' ? undefined : value)));
}

function operationIdOf(method: string, path: string): string {
  const words = path.split(/[/:_-]/u).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function tagOf(path: string): string {
  const [, first = '', second = '', third = ''] = path.split('/');
  return first === 'api' && second === 'admin' ? third : second === '' ? first : `${first} ${second}`;
}
