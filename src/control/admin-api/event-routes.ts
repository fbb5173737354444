import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import type { LiveEvents } from '../operations/live-events.ts';
import { CLOSED } from './contract/fields.ts';

const Query = Type.Object(
  {
    types: Type.Optional(
      Type.String({ maxLength: 200, description: 'Of key, breaker, provider-rest, exchange, config and alert, with commas between. Default: all.' }),
    ),
  },
  CLOSED,
);

/** What happens, as it happens. */
export function eventRoutes(events: LiveEvents): readonly AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/events',
      access: 'events:read',
      summary:
        'Server-sent events of what happens; `Last-Event-ID` goes on behind the last that was heard, and a `gap` says that some are missing. Ends with the session.',
      query: Query,
      answers: { 200: Type.String() },
      handle: async ({ query, principal, headers, signal }) => ({
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
        stream: events.listen({ ...query, principal, lastEventId: headers['last-event-id'] ?? null, signal }),
      }),
    }),
  ];
}
