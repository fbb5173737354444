import { auditRoutes } from '../../control/admin-api/audit-routes.ts';
import { eventRoutes } from '../../control/admin-api/event-routes.ts';
import { exchangeRoutes } from '../../control/admin-api/exchange-routes.ts';
import { logRoutes } from '../../control/admin-api/log-routes.ts';
import { ownUsageRoutes } from '../../control/admin-api/own-usage-routes.ts';
import { statsRoutes } from '../../control/admin-api/stats-routes.ts';
import type { ConsoleAuth } from '../../control/console-auth/console-auth.ts';
import type { ControlServices } from '../../control/control-services.ts';
import type { AdminRoute } from '../../control/http/admin-route.ts';
import { Audit } from '../../control/operations/audit.ts';
import { Exchanges } from '../../control/operations/exchanges.ts';
import { LiveEvents } from '../../control/operations/live-events.ts';
import { OwnUsages } from '../../control/operations/own-usage.ts';
import { ExchangeStats } from '../../control/operations/stats.ts';
import { ExchangeTimeseries } from '../../control/operations/timeseries.ts';
import type { Principal } from '../../control/principal.ts';

/** Routes that show what went on and what goes on. */
export function observeRoutes(services: ControlServices, auth: ConsoleAuth): readonly AdminRoute[] {
  const events = new LiveEvents({
    feed: services.feed,
    isStillAllowed: (principal) => isStillAllowed(auth, principal),
    every: (callback, periodMs) => {
      const timer = setInterval(callback, periodMs).unref();
      return { cancel: () => clearInterval(timer) };
    },
  });
  return [
    ...exchangeRoutes(new Exchanges(services)),
    ...statsRoutes(new ExchangeStats(services), new ExchangeTimeseries(services)),
    ...auditRoutes(new Audit(services)),
    ...eventRoutes(events),
    ...ownUsageRoutes(new OwnUsages(services)),
    ...logRoutes(services, () => events.listeners),
  ];
}

/** Whether who began to listen with a right has it still. A changed role is a changed account, which ends the session. */
async function isStillAllowed({ sessions }: ConsoleAuth, principal: Principal): Promise<boolean> {
  if (principal.kind === 'user') return sessions.isAlive(principal.sessionId);
  return principal.kind === 'admin-token' || principal.kind === 'machine';
}
