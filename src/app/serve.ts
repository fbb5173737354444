import { randomUUID } from 'node:crypto';
import { applyFileServer } from '../config/apply-file-server.ts';
import { effectiveSettings } from '../config/effective-settings.ts';
import { SnapshotHolder } from '../config/snapshot-holder.ts';
import { DataPlane } from '../gateway/http/data-plane.ts';
import { systemClock } from '../lib/system-clock.ts';
import { createLog, type Log } from '../observability/log.ts';
import { Redactor } from '../security/redactor.ts';
import { openStore } from '../store/open-store.ts';
import { createGateway } from './create-gateway.ts';
import { followConfig } from './follow-config.ts';
import { createHttpServer, listen } from './http-server.ts';
import { createOpsRoutes } from './ops-routes.ts';
import type { ServeOptions } from './serve-options.ts';
import { SnapshotMaker } from './snapshot-maker.ts';
import { stopGateway } from './stop-gateway.ts';
import { secretsOf } from './secrets-of.ts';
import { sayWhatNext } from './say-what-next.ts';
import { surviveDefects } from './survive-defects.ts';

/** A gateway that listens. */
export interface RunningGateway {
  readonly origin: string;
  /** Stops taking work, lets open exchanges end, settles, closes. A second call does not wait any longer. */
  stop(): Promise<void>;
}

/** The composition root: joins ports to drivers, starts, listens. Throws a sentence for whoever started it. */
export async function serve(options: ServeOptions): Promise<RunningGateway> {
  const startedAtMs = Date.now();
  const maker = new SnapshotMaker(options.bootstrap, options.environment);
  const first = maker.first();
  const bootstrap = applyFileServer(options.bootstrap, first.loaded, options.environment);
  const holder = new SnapshotHolder(first.snapshot);
  const redactor = new Redactor();
  redactor.setSecrets(secretsOf(holder.current, bootstrap));
  const log = createLog({ level: bootstrap.logLevel, redactor });
  const store = await openStore({
    dataDir: bootstrap.dataDir,
    flushMs: holder.current.settings.journal.flushMs,
    retentionDays: { exchanges: holder.current.settings.retentionDays.exchanges },
    onProblem: (sentence) => log.problem(sentence),
  });
  const standing = followConfig(bootstrap.configFile, first.text, holder, maker, log);
  let isDraining = false;
  const gateway = createGateway({ holder, store, log, bootstrap, version: options.version, reloadFailures: standing.failures });
  holder.subscribe((next) => {
    redactor.setSecrets(secretsOf(next, bootstrap));
    store.setRetention({ exchanges: next.settings.retentionDays.exchanges });
    gateway.adopt(next);
  });
  const dataPlane = new DataPlane(gateway.context);
  const ops = await createOpsRoutes({
    version: options.version,
    instanceId: randomUUID(),
    startedAtMs,
    snapshot: () => holder.current,
    isDraining: () => isDraining,
    configProblem: standing.problem,
    journal: () => store.journal.status,
    metrics: () => gateway.metrics.render(),
    metricsType: gateway.metrics.contentType,
    metricsPath: bootstrap.metricsPath,
    metricsPublic: bootstrap.metricsPublic,
    adminToken: bootstrap.adminToken,
    newRequestId: () => gateway.context.ids.next(systemClock.nowMs()),
  });
  const server = createHttpServer();
  dataPlane.attach(server, ops.handle);
  const port = await listen(server, bootstrap.host, bootstrap.port).catch(async (error: unknown) => {
    await gateway.close();
    await store.close();
    throw error;
  });
  // After the start an error of the server is a connection that could not be taken (no file descriptor is left): it is logged, and the door stays open.
  server.on('error', (error) => log.problem(`A connection could not be taken: ${error.message}.`));
  surviveDefects(log);
  const origin = originOf(bootstrap.host, port);
  logStart(log, bootstrap, [...bootstrap.warnings, ...first.loaded.warnings]);
  process.stdout.write(`headgate listening on ${origin}\n`);
  sayWhatNext(holder.current, origin);
  return {
    origin,
    stop: () => {
      standing.stop();
      return stopGateway({
        server,
        dataPlane,
        gateway,
        store,
        log,
        fastify: ops.fastify,
        settings: () => holder.current.settings,
        onDraining: () => (isDraining = true),
      });
    },
  };
}

function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function logStart(log: Log, bootstrap: ServeOptions['bootstrap'], warnings: readonly string[]): void {
  for (const { name, value, origin } of effectiveSettings(bootstrap)) log.info(`setting ${name} = ${value} (${origin})`);
  for (const warning of warnings) log.warn(warning);
}
