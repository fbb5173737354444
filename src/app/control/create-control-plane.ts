import { join } from 'node:path';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import type { SnapshotHolder } from '../../config/snapshot-holder.ts';
import { hasAdmin } from '../../config/require-admin.ts';
import type { ConfigService } from '../../control/config/config-service.ts';
import { loadAuthSecrets } from '../../control/console-auth/auth-secrets.ts';
import { createConsoleAuth, type ConsoleAuth } from '../../control/console-auth/console-auth.ts';
import type { ControlServices } from '../../control/control-services.ts';
import type { RecentLog } from '../../control/recent-log.ts';
import type { ProcessStanding } from '../../control/process-standing.ts';
import type { ControlServer } from '../../control/http/control-server.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { UuidV7Source } from '../../lib/uuid-v7.ts';
import type { Log } from '../../observability/log.ts';
import { PRESETS } from '../../presets/presets.ts';
import { loadBundledPrices } from '../../presets/price-catalogue.ts';
import { maskText } from '../../security/audit/mask-text.ts';
import type { Redactor } from '../../security/redactor.ts';
import { SqlSessionStore } from '../../store/accounts/sql-session-store.ts';
import { SqlUserStore } from '../../store/accounts/sql-user-store.ts';
import { AuditLog } from '../../store/audit/audit-log.ts';
import { ExchangeReader } from '../../store/exchange-reader.ts';
import { ExchangeReports } from '../../store/reports/exchange-reports.ts';
import type { GatewayAssembly } from '../create-gateway.ts';
import { callersOf } from './callers-of.ts';
import { compileProbeTargets } from './compile-probe-targets.ts';
import type { ControlStore } from './open-control-store.ts';
import { patientSealer } from './patient-sealer.ts';
import { requestFacts } from './request-facts.ts';

export interface ControlPlaneParts {
  readonly store: ControlStore;
  readonly config: ConfigService;
  readonly bootstrap: BootstrapConfig;
  readonly holder: SnapshotHolder;
  readonly gateway: GatewayAssembly;
  readonly redactor: Redactor;
  readonly log: Log;
  readonly process: ProcessStanding;
  readonly recentLog: RecentLog;
}

export interface ControlPlane {
  readonly services: ControlServices;
  readonly auth: ConsoleAuth;
  /** Whether anybody could sign in; the last admin never goes. */
  hasUsers(): Promise<boolean>;
  /** Loaded at the first request: schemas and routes take longer to load than the gateway may take to start. */
  server(): Promise<ControlServer>;
  close(): Promise<void>;
}

const SWEEP_MS = 3_600_000;

/** Joins the operations of the control plane to the database and the data plane. Throws a sentence for weak credentials of the environment. */
export async function createControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const { store, bootstrap, holder, gateway, redactor, log } = parts;
  const { db } = store.database;
  const audit = new AuditLog(db);
  const ids = new UuidV7Source();
  const newId = (): string => ids.next(Date.now());
  const users = new SqlUserStore(db);
  const auth = createConsoleAuth({
    users,
    sessionArchive: new SqlSessionStore(db),
    values: store.values,
    callers: callersOf(holder),
    secrets: loadAuthSecrets(bootstrap.jwtSecret, join(bootstrap.dataDir, 'jwt.secret')),
    adminToken: bootstrap.adminToken,
    sealer: patientSealer(store.sealer),
    allowRegistration: bootstrap.allowRegistration,
    oidc: bootstrap.oidc,
    publicUrl: bootstrap.publicUrl,
    audit: (entry) => audit.append(entry),
    mask: (text) => maskText(text, false, redactor),
    nowMs: Date.now,
    monotonicMs: systemClock.monotonicMs,
    newId,
  });
  const services = servicesOf(parts, audit, newId);
  if (bootstrap.adminAccount !== null) await auth.firstStart.ensureFirstAdmin(bootstrap.adminAccount);
  await auth.rememberPlaces();
  const sweep = setInterval(() => void auth.sweep(Date.now()).catch(() => undefined), SWEEP_MS).unref();
  let server: Promise<ControlServer> | null = null;
  const facts = requestFacts(gateway.context.trustProxy);
  const load = async (): Promise<ControlServer> => {
    const { loadControlServer } = await import('./load-control-server.ts');
    return loadControlServer({ services, auth, bootstrap, facts, newRequestId: newId, log });
  };
  return {
    services,
    auth,
    hasUsers: async () => (await users.count()) > 0,
    server: () => {
      server ??= load().catch((error: unknown) => {
        // Short of descriptors now is not short of them for ever.
        server = null;
        throw error;
      });
      return server;
    },
    close: async () => {
      clearInterval(sweep);
      await server?.then((loaded) => loaded.close()).catch(() => undefined);
      await store.close();
    },
  };
}

function servicesOf(
  { store, config, bootstrap, holder, gateway, process, recentLog }: ControlPlaneParts,
  audit: AuditLog,
  newId: () => string,
): ControlServices {
  const { db } = store.database;
  const prices = loadBundledPrices();
  return {
    config,
    board: gateway.board,
    probe: gateway.probe,
    compileProbeTarget: compileProbeTargets(bootstrap, prices),
    feed: gateway.feed,
    exchanges: new ExchangeReader(db),
    reports: new ExchangeReports(db),
    audit,
    presets: PRESETS,
    prices,
    process,
    recentLog,
    snapshot: () => holder.current,
    nowMs: Date.now,
    newId,
  };
}

/** The link with which the first admin is made; null when nobody needs one. */
export async function openSetupLink(auth: ConsoleAuth, bootstrap: BootstrapConfig, origin: string): Promise<string | null> {
  const token = await auth.firstStart.openSetup(hasAdmin(bootstrap));
  return token === null ? null : `${bootstrap.publicUrl ?? origin}/setup#token=${token}`;
}
