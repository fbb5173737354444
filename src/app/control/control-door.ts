import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { HARDENED_HEADERS } from '../../control/http/hardened-headers.ts';
import type { ControlPlane } from './create-control-plane.ts';

/** Where requests to the control plane come in, from the first moment on. */
export interface ControlDoor {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A gateway listens before its control plane is there; whoever asks in between waits so long. */
const PATIENCE_MS = 2000;

/** Until the control plane is there, because its database is away or cannot be used, requests hear so. */
export function openControlDoor(plane: Promise<ControlPlane>, newRequestId: () => string): ControlDoor {
  let opened: ControlPlane | null = null;
  let problem = 'The database of the control plane is away; try again in a moment.';
  plane.then(
    (ready) => {
      opened = ready;
    },
    (error: unknown) => {
      problem = `The control plane cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    },
  );
  const whenOpen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await Promise.race([plane, pause(PATIENCE_MS, undefined, { ref: false })]).catch(() => undefined);
    if (opened === null) refuse(response, problem, newRequestId());
    else handle(request, response);
  };
  const handle: ControlDoor['handle'] = (request, response) => {
    if (opened === null) {
      void whenOpen(request, response);
      return;
    }
    opened.server().then(
      (server) => server.handle(request, response),
      (error: unknown) => refuse(response, error instanceof Error ? error.message : String(error), newRequestId()),
    );
  };
  return { handle };
}

function refuse(response: ServerResponse, message: string, requestId: string): void {
  const body = JSON.stringify({ error: { message, type: 'api_error', param: null, code: 'unavailable' } });
  response.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'retry-after': '5',
    'x-request-id': requestId,
    ...HARDENED_HEADERS,
  });
  response.end(body);
}
