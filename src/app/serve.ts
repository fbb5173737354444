import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import { effectiveSettings } from '../config/effective-settings.ts';
import { SnapshotHolder } from '../config/snapshot-holder.ts';
import type { Settings } from '../config/snapshot.ts';
import { isControlPath } from '../control/http/control-path.ts';
import { DataPlane } from '../gateway/http/data-plane.ts';
import { systemClock } from '../lib/system-clock.ts';
import { createLog, type Log } from '../observability/log.ts';
import { LogRing } from '../observability/log-ring.ts';
import { Redactor } from '../security/redactor.ts';
import { MemoryEventFeed } from '../state/memory/memory-event-feed.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { openFileConfiguration } from './configuration/open-file-configuration.ts';
import type { ConfigStanding, OpenedConfiguration } from './configuration/opened-configuration.ts';
import { openControlDoor } from './control/control-door.ts';
import { startControlPlane, type StartedControlPlane } from './control/start-control-plane.ts';
import { createGateway, startTimer, type GatewayAssembly } from './create-gateway.ts';
import { createHttpServer, listen } from './http-server.ts';
import { createOpsRoutes } from './ops-routes.ts';
import type { ServeOptions } from './serve-options.ts';
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
  readonly control: StartedControlPlane;
  readonly openControl: () => void;
  readonly warnings: readonly string[];
}

/** The composition root: joins ports to drivers, starts, listens. Throws a sentence for whoever started it. */
export async function serve(options: ServeOptions): Promise<RunningGateway> {
  const startedAtMs = Date.now();
  const assembly = await assemble(options);
  const { bootstrap, holder, log, store, standing, gateway, control, openControl, warnings } = assembly;
  let isDraining = false;
  const dataPlane = new DataPlane(gateway.context);
  const newRequestId = (): string => gateway.context.ids.next(systemClock.nowMs());
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
    newRequestId,
  });
  const door = openControlDoor(control.plane, newRequestId);
  const beside = (request: IncomingMessage, response: ServerResponse): void =>
    isControlPath(request.url ?? '') ? door.handle(request, response) : ops.handle(request, response);
  const server = createHttpServer();
  dataPlane.attach(server, beside);
  const port = await listen(server, bootstrap.host, bootstrap.port).catch(async (error: unknown) => {
    await closeAll(assembly);
    throw error;
  });
  // After the start an error of the server is a connection that could not be taken (no file descriptor is left): it is logged, and the door stays open.
  server.on('error', (error) => log.problem(`A connection could not be taken: ${error.message}.`));
  surviveDefects(log);
  const origin = originOf(bootstrap.host, port);
  logStart(log, bootstrap, warnings);
  process.stdout.write(`headgate listening on ${origin}\n`);
  sayWhatNext(holder.current, origin);
  openControl();
  void control.saySetupLink(origin);
  const stop = async (): Promise<void> => {
    standing.stop();
    const settings = (): Settings => holder.current.settings;
    await stopGateway({ server, dataPlane, gateway, store, log, fastify: ops.fastify, settings, onDraining: () => (isDraining = true) });
    await control.close();
  };
  return { origin, stop };
}

async function assemble(options: ServeOptions): Promise<Assembly> {
  const redactor = new Redactor();
  const configuration = await openConfiguration(options, redactor);
  const { bootstrap, snapshot } = configuration;
  const holder = new SnapshotHolder(snapshot);
  redactor.setSecrets(secretsOf(snapshot, bootstrap));
  const recentLog = new LogRing();
  const log = createLog({ level: bootstrap.logLevel, redactor, copy: recentLog.add });
  const { journal, retentionDays } = snapshot.settings;
  const store = await openStore({
    dataDir: bootstrap.dataDir,
    database: bootstrap.database,
    flushMs: journal.flushMs,
    retentionDays: { exchanges: retentionDays.exchanges },
    onProblem: (sentence) => log.problem(sentence),
  });
  const feed = new MemoryEventFeed({ nowMs: systemClock.nowMs, setTimer: startTimer }, randomUUID().slice(0, 8));
  const standing = configuration.follow({ holder, log, feed });
  const gateway = createGateway({
    holder,
    store,
    log,
    bootstrap,
    version: options.version,
    reloadFailures: standing.failures,
    onSecret: redactor.learn,
    redact: (text) => redactor.redact(text),
    feed,
  });
  holder.subscribe((next) => {
    redactor.setSecrets(secretsOf(next, bootstrap));
    store.setRetention({ exchanges: next.settings.retentionDays.exchanges });
    gateway.adopt(next);
  });
  const process = {
    version: options.version,
    startedAtMs: Date.now(),
    configProblem: standing.problem,
    journal: () => store.journal.status,
    waiting: () => gateway.context.room.depth,
  };
  const control = startControlPlane(configuration.control, { bootstrap, holder, gateway, redactor, log, process, recentLog });
  const openControl = (): void => configuration.openControl();
  const assembly = { bootstrap, holder, log, store, standing, gateway, control, openControl, warnings: configuration.warnings };
  // Weak credentials of the environment end the start; a database that is away does not.
  await Promise.all([control.refuseWeakCredentials(), control.refuseOpenDoor(openControl)]).catch(async (error: unknown) => {
    await closeAll(assembly);
    throw error;
  });
  return assembly;
}

async function openConfiguration(options: ServeOptions, redactor: Redactor): Promise<OpenedConfiguration> {
  const { configFile } = options.bootstrap;
  if (configFile !== null) return openFileConfiguration(options, configFile);
  const { openDatabaseConfiguration } = await import('./configuration/open-database-configuration.ts');
  return openDatabaseConfiguration(options, redactor);
}

async function closeAll({ standing, gateway, control, store }: Assembly): Promise<void> {
  standing.stop();
  await control.close();
  await gateway.close();
  await store.close();
}

function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function logStart(log: Log, bootstrap: BootstrapConfig, warnings: readonly string[]): void {
  for (const { name, value, origin } of effectiveSettings(bootstrap)) log.info(`setting ${name} = ${value} (${origin})`);
  for (const warning of warnings) log.warn(warning);
}
