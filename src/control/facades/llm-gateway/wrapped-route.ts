import { Type, type TObject, type TSchema } from 'typebox';
import { CLOSED } from '../../admin-api/contract/fields.ts';
import type { AdminAnswer, AdminCall, AdminRoute } from '../../http/admin-route.ts';
import { checkRequestPart } from '../../http/check-request.ts';
import { OperationError } from '../../operation-error.ts';

export type Body = Readonly<Record<string, unknown>>;

/** What a body of the older program comes to. */
export interface Translated {
  readonly body: Body;
  /** Fields that mean nothing here. */
  readonly ignored: readonly string[];
}

/** A change of a route: other fields that it takes, and other names in what it answers. */
export interface RouteShape {
  /** Fields beside or in place of the route's own; all of them may be left out. */
  readonly fields?: Readonly<Record<string, TSchema>>;
  /** Parameters of the query beside the route's own. */
  readonly query?: Readonly<Record<string, TSchema>>;
  /** Called for bodies that have one of `fields` that the route does not know itself. */
  readonly translate?: (body: Body, call: AdminCall) => Translated;
  /** What the older program calls the same thing, put into its answer. `translated`: the body had its fields. */
  readonly answer?: (body: Body, call: AdminCall, translated: Body | null) => Body;
  /** How its ids are written here. */
  readonly idOf?: (id: string) => string;
  /** What it answers, to bodies with its fields, where the route answers 201. */
  readonly createdStatus?: number;
  /** What it says, with 400, to bodies with its fields, of an id that is taken. */
  readonly taken?: string;
}

/** The same route for both shapes. A body with no foreign field is checked and answered as before. */
export function wrapRoute(route: AdminRoute, shape: RouteShape): AdminRoute {
  const { fields = {}, query, translate, answer, idOf, createdStatus, taken } = shape;
  const own = propertiesOf(route.body);
  const foreign = Object.keys(fields).filter((name) => own[name] === undefined);
  const open = Object.fromEntries(Object.entries({ ...own, ...fields }).map(([name, schema]) => [name, Type.Optional(schema)]));
  return {
    ...route,
    ...(translate === undefined ? {} : { body: Type.Object(open, CLOSED) }),
    ...(query === undefined ? {} : { query: Type.Object({ ...propertiesOf(route.query), ...query }, CLOSED) }),
    handle: async (call) => {
      const written = (call.body ?? {}) as Body;
      const isForeign = translate !== undefined && foreign.some((name) => Object.hasOwn(written, name));
      const translated = isForeign ? translate(written, call) : null;
      const body =
        translate === undefined || route.body === undefined ? call.body : checkRequestPart(route.body, translated?.body ?? written, 'body');
      const inner = { ...call, body, params: idOf === undefined ? call.params : withId(call.params, idOf) };
      const answered = await (isForeign && taken !== undefined ? asTaken(route.handle(inner), taken) : route.handle(inner));
      return finish(answered, translated, (shown) => answer?.(shown, inner, isForeign ? written : null) ?? shown, createdStatus);
    },
  };
}

function finish(answered: AdminAnswer, translated: Translated | null, name: (shown: Body) => Body, createdStatus: number | undefined): AdminAnswer {
  if (typeof answered.body !== 'object' || answered.body === null) return answered;
  const ignored = translated === null || translated.ignored.length === 0 ? {} : { ignored: translated.ignored };
  const status = translated !== null && answered.status === 201 && createdStatus !== undefined ? { status: createdStatus } : {};
  return { ...answered, ...status, body: { ...name(answered.body as Body), ...ignored } };
}

async function asTaken(answered: Promise<AdminAnswer>, message: string): Promise<AdminAnswer> {
  try {
    return await answered;
  } catch (error) {
    if (error instanceof OperationError && error.code === 'already_exists')
      throw new OperationError('invalid_request', message, { problems: error.problems });
    throw error;
  }
}

function withId(params: unknown, idOf: (id: string) => string): unknown {
  const { id } = (params ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? { ...(params as object), id: idOf(id) } : params;
}

function propertiesOf(schema: TSchema | undefined): Readonly<Record<string, TSchema>> {
  return ((schema as TObject | undefined)?.properties ?? {}) as Readonly<Record<string, TSchema>>;
}
