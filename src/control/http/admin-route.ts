import type { Static, TObject, TSchema } from 'typebox';
import type { AdminAction } from '../../security/roles/admin-actions.ts';
import type { Principal } from '../principal.ts';

/**
 * Who may call a route. `public`: everybody. `signed-in`: every user, whatever the role, and the admin token. `own-usage`: the same, and
 * virtual keys. Else the act that the caller's role has to allow.
 */
export type Access = AdminAction | 'public' | 'signed-in' | 'own-usage';

/** A request to the control plane, checked: credentials, right, and the shape of everything. */
export interface AdminCall<Params = unknown, Query = unknown, Body = unknown> {
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly address: string;
  /** The client speaks TLS, with us or with a proxy that is trusted. */
  readonly isSecure: boolean;
  readonly requestId: string;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** What is sent back. `body` absent: no body; a string goes as it is with its own content type; else JSON. */
export interface AdminAnswer {
  /** Default 200, or 204 without a body. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Instead of a body: chunks of text as they come, until the signal of the call is aborted. */
  readonly stream?: AsyncIterable<string>;
}

/** One route of the control plane, as data: the server, the guard, the API document and the table of roles are all made from it. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters as `:id`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Shapes of good answers by status; for the API document. */
  readonly answers: Readonly<Record<number, TSchema>>;
  readonly handle: (call: AdminCall) => Promise<AdminAnswer>;
}

type StaticOr<Schema, Otherwise> = Schema extends TSchema ? Static<Schema> : Otherwise;

interface TypedRoute<Params, Query, Body> extends Omit<AdminRoute, 'params' | 'query' | 'body' | 'handle'> {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly handle: (call: AdminCall<StaticOr<Params, null>, StaticOr<Query, null>, StaticOr<Body, null>>) => Promise<AdminAnswer>;
}

/** Gives a route with the types of its schemas inside its handler. What the handler gets was checked against them. */
export function defineRoute<
  Params extends TObject | undefined = undefined,
  Query extends TObject | undefined = undefined,
  Body extends TSchema | undefined = undefined,
>(route: TypedRoute<Params, Query, Body>): AdminRoute {
  return route as unknown as AdminRoute;
}
