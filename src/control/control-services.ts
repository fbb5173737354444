import type { ProviderConfig } from '../config/schema/gateway-config-schema.ts';
import type { CompiledProvider, GatewaySnapshot } from '../config/snapshot.ts';
import type { PresetCatalogue, PriceCatalogue } from '../domain/preset.ts';
import type { EventFeed } from '../ports/event-feed.ts';
import type { KeyBoard } from '../ports/key-board.ts';
import type { UpstreamProbe } from '../ports/upstream-probe.ts';
import type { ExchangeReader } from '../store/exchange-reader.ts';
import type { AuditLog } from '../store/audit/audit-log.ts';
import type { ExchangeReports } from '../store/reports/exchange-reports.ts';
import type { ConfigService } from './config/config-service.ts';
import type { RecentLog } from './recent-log.ts';
import type { ProcessStanding } from './process-standing.ts';

/** What the operations of the control plane work with; the composition root joins it. */
export interface ControlServices {
  readonly config: ConfigService;
  readonly board: KeyBoard;
  readonly probe: UpstreamProbe<CompiledProvider>;
  /** Compiles a provider that is not stored, as a snapshot would. Throws ConfigError with paths from `providers[0]`. */
  readonly compileProbeTarget: (config: ProviderConfig) => CompiledProvider;
  readonly feed: EventFeed;
  readonly exchanges: ExchangeReader;
  readonly reports: ExchangeReports;
  readonly audit: AuditLog;
  readonly presets: PresetCatalogue;
  readonly prices: PriceCatalogue;
  readonly process: ProcessStanding;
  readonly recentLog: RecentLog;
  /** The snapshot in force. */
  readonly snapshot: () => GatewaySnapshot;
  /** Epoch ms. */
  readonly nowMs: () => number;
  readonly newId: () => string;
}
