import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/snapshot.ts';
import type { DataPlane } from '../gateway/http/data-plane.ts';
import type { Log } from '../observability/log.ts';
import type { Store } from '../store/open-store.ts';
import type { GatewayAssembly } from './create-gateway.ts';

export interface StopParts {
  readonly server: Server;
  readonly dataPlane: DataPlane;
  readonly gateway: GatewayAssembly;
  readonly store: Store;
  readonly log: Log;
  readonly fastify: FastifyInstance;
  readonly settings: () => Settings;
  readonly onDraining: () => void;
}

/** Time that interrupted exchanges get to say so and settle. */
const LAST_WORDS_MS = 1000;

/**
 * Stops in order: readiness fails at once, after a delay the door closes, open exchanges go on to their end or to the deadline,
 * then what is left is told and settled, and everything is written.
 */
export async function stopGateway(parts: StopParts): Promise<void> {
  const { server, dataPlane, gateway, store, log } = parts;
  const { drainDelayMs, drainTimeoutMs } = parts.settings();
  parts.onDraining();
  log.info(`Stopping: ${dataPlane.openCount} exchanges are open; they have ${drainTimeoutMs} ms.`);
  if (drainDelayMs > 0) await pause(drainDelayMs);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that fall idle while others still work are closed as they do.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await Promise.race([dataPlane.whenIdle(), pause(drainTimeoutMs, undefined, { ref: false })]);
  if (dataPlane.openCount > 0) {
    log.warn(`${dataPlane.openCount} exchanges did not end in time and were interrupted.`);
    dataPlane.interruptAll();
    await Promise.race([dataPlane.whenIdle(), pause(LAST_WORDS_MS, undefined, { ref: false })]);
  }
  server.closeIdleConnections();
  await Promise.race([closed, pause(LAST_WORDS_MS, undefined, { ref: false })]);
  server.closeAllConnections();
  clearInterval(sweep);
  await parts.fastify.close();
  await gateway.close();
  await store.close();
  log.info('Stopped.');
}
