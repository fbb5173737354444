import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import type { SnapshotHolder } from '../../config/snapshot-holder.ts';
import type { GatewaySnapshot } from '../../config/snapshot.ts';
import type { ConfigService } from '../../control/config/config-service.ts';
import type { Log } from '../../observability/log.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { ControlStore } from '../control/open-control-store.ts';

/** What has become of changes of the configuration. */
export interface ConfigStanding {
  /** Why the last change was not taken; null when it was. */
  readonly problem: () => string | null;
  readonly failures: () => number;
  stop(): void;
}

/** Who wants to know of changes. */
export interface ConfigFollower {
  readonly holder: SnapshotHolder;
  readonly log: Log;
  readonly feed: EventFeed;
}

/** The configuration of a start, wherever it lives. */
export interface OpenedConfiguration {
  readonly bootstrap: BootstrapConfig;
  readonly snapshot: GatewaySnapshot;
  readonly warnings: readonly string[];
  /** Takes changes in while the gateway serves. */
  follow(follower: ConfigFollower): ConfigStanding;
  /** The database and the configuration in it, or the file, for the control plane. Waits while the database is away; rejects when stopped. */
  readonly control: Promise<{ readonly store: ControlStore; readonly config: ConfigService }>;
  /** To be called when the gateway listens: begins to open the database where the start did not need it. */
  openControl(): void;
}
