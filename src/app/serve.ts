import { randomUUID } from 'node:crypto';
import { applyFileServer } from '../config/apply-file-server.ts';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { effectiveSettings } from '../config/effective-settings.ts';
import { SnapshotHolder } from '../config/snapshot-holder.ts';
import type { Settings } from '../config/snapshot.ts';
import { DataPlane } from '../gateway/http/data-plane.ts';
import { systemClock } from '../lib/system-clock.ts';
import { createLog, type Log } from '../observability/log.ts';
import { Redactor } from '../security/redactor.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { createGateway, type GatewayAssembly } from './create-gateway.ts';
import { followConfig, type ConfigStanding } from './follow-config.ts';
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

/** What a gateway is made of before it listens. */
interface Assembly {
  readonly bootstrap: BootstrapConfig;
  readonly holder: SnapshotHolder;
  readonly log: Log;
  readonly store: Store;
  readonly standing: ConfigStanding;
  readonly gateway: GatewayAssembly;
  readonly warnings: readonly string[];
}

/** The composition root: joins ports to drivers, starts, listens. Throws a sentence for whoever started it. */
export async function serve(options: ServeOptions): Promise<RunningGateway> {
  const startedAtMs = Date.now();
  const { bootstrap, holder, log, store, standing, gateway, warnings } = await assemble(options);
  let isDraining = false;
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
  logStart(log, bootstrap, warnings);
  process.stdout.write(`headgate listening on ${origin}\n`);
  sayWhatNext(holder.current, origin);
  const stop = (): Promise<void> => {
    standing.stop();
    const settings = (): Settings => holder.current.settings;
    return stopGateway({ server, dataPlane, gateway, store, log, fastify: ops.fastify, settings, onDraining: () => (isDraining = true) });
  };
  return { origin, stop };
}

async function assemble(options: ServeOptions): Promise<Assembly> {
  const maker = new SnapshotMaker(options.bootstrap, options.environment);
  const { loaded, snapshot, text } = maker.first();
  const bootstrap = applyFileServer(options.bootstrap, loaded, options.environment);
  const holder = new SnapshotHolder(snapshot);
  const redactor = new Redactor();
  redactor.setSecrets(secretsOf(snapshot, bootstrap));
  const log = createLog({ level: bootstrap.logLevel, redactor });
  const { journal, retentionDays } = snapshot.settings;
  const store = await openStore({
    dataDir: bootstrap.dataDir,
    database: bootstrap.database,
    flushMs: journal.flushMs,
    retentionDays: { exchanges: retentionDays.exchanges },
    onProblem: (sentence) => log.problem(sentence),
  });
  const standing = followConfig(bootstrap.configFile, text, holder, maker, log);
  const { version } = options;
  const gateway = createGateway({ holder, store, log, bootstrap, version, reloadFailures: standing.failures, onSecret: redactor.learn });
  holder.subscribe((next) => {
    redactor.setSecrets(secretsOf(next, bootstrap));
    store.setRetention({ exchanges: next.settings.retentionDays.exchanges });
    gateway.adopt(next);
  });
  return { bootstrap, holder, log, store, standing, gateway, warnings: [...bootstrap.warnings, ...loaded.warnings] };
}

function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function logStart(log: Log, bootstrap: ServeOptions['bootstrap'], warnings: readonly string[]): void {
  for (const { name, value, origin } of effectiveSettings(bootstrap)) log.info(`setting ${name} = ${value} (${origin})`);
  for (const warning of warnings) log.warn(warning);
}
