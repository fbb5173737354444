import { matchAddresses } from '../config/address-matcher.ts';
import type { BootstrapConfig } from '../config/bootstrap-config.ts';
import type { SnapshotHolder } from '../config/snapshot-holder.ts';
import type { CompiledProvider, GatewaySnapshot } from '../config/snapshot.ts';
import type { GatewayContext } from '../gateway/exchange/gateway-context.ts';
import { PoolBinder } from '../gateway/key-pool/bound-pool.ts';
import { LiveKeyBoard } from '../gateway/key-pool/live-key-board.ts';
import { WaitingRoom } from '../gateway/key-pool/waiting-room.ts';
import { LiveUpstreamProbe } from '../gateway/upstream/probe/live-upstream-probe.ts';
import { GoogleTokens } from '../gateway/upstream/sign/google-tokens.ts';
import { postForm } from '../gateway/upstream/sign/post-form.ts';
import { RequestSigner } from '../gateway/upstream/sign/request-signer.ts';
import { UpstreamPools } from '../gateway/upstream/upstream-pools.ts';
import { DeadlineWheel } from '../lib/deadline-wheel.ts';
import { systemClock } from '../lib/system-clock.ts';
import { UuidV7Source } from '../lib/uuid-v7.ts';
import { createOverloadGuard } from '../observability/event-loop-watch.ts';
import type { Log } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { EventFeed } from '../ports/event-feed.ts';
import type { KeyBoard } from '../ports/key-board.ts';
import type { UpstreamProbe } from '../ports/upstream-probe.ts';
import { hashToken } from '../security/hash-token.ts';
import { MemoryMadeItems } from '../state/memory/memory-made-items.ts';
import { MemoryRateLimiter } from '../state/memory/memory-rate-limiter.ts';
import type { Store } from '../store/open-store.ts';
import { logExchanges } from './log-exchanges.ts';
import { keysOf, openLiveState } from './open-live-state.ts';

export interface GatewayParts {
  readonly holder: SnapshotHolder;
  readonly store: Store;
  readonly log: Log;
  readonly bootstrap: BootstrapConfig;
  readonly version: string;
  readonly reloadFailures: () => number;
  /** Hears of secrets that are made while the process runs. */
  readonly onSecret: (secret: string) => void;
  readonly feed: EventFeed;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** The data plane's context with the drivers behind its ports, and what must be done when the configuration changes or the process ends. */
export interface GatewayAssembly {
  readonly context: GatewayContext;
  readonly board: KeyBoard;
  readonly probe: UpstreamProbe<CompiledProvider>;
  readonly feed: EventFeed;
  readonly metrics: ReturnType<typeof createMetrics>;
  /** Lets go of what the new snapshot no longer needs, and wakes those who wait. */
  adopt(snapshot: GatewaySnapshot): void;
  close(): Promise<void>;
}

export function createGateway(parts: GatewayParts): GatewayAssembly {
  const { holder, store, log, bootstrap } = parts;
  const { live, homes, save } = openLiveState(bootstrap.dataDir, holder.current, log);
  const room = new WaitingRoom({ nowMs: systemClock.nowMs, setTimer: startTimer });
  const metrics = createMetrics({
    compat: bootstrap.metricsCompat,
    version: parts.version,
    snapshot: () => holder.current,
    pools: () => live.pools(),
    waitingRoomDepth: () => room.depth,
    journalStatus: () => store.journal.status,
    reloadFailures: parts.reloadFailures,
    nowMs: systemClock.nowMs,
  });
  const overload = createOverloadGuard({ nowMs: systemClock.nowMs });
  const upstreams = new UpstreamPools();
  const { trustProxy, logLevel } = bootstrap;
  const isDebugging = logLevel === 'debug' || logLevel === 'trace';
  const context: GatewayContext = {
    currentSnapshot: () => holder.current,
    clock: systemClock,
    ids: new UuidV7Source(),
    wheel: new DeadlineWheel(systemClock.monotonicMs),
    live,
    homes,
    items: new MemoryMadeItems(),
    binder: new PoolBinder(live),
    room,
    upstreams,
    signer: new RequestSigner(googleTokens(upstreams, parts.onSecret), systemClock.nowMs),
    events: parts.feed,
    limiter: new MemoryRateLimiter(),
    journal: store.journal,
    recorder: isDebugging ? logExchanges(metrics.recorder, log) : metrics.recorder,
    hashSecret: hashToken,
    overload: () => overload.reason(),
    reportDefect: (error, exchangeId) => log.error('An exchange failed by a defect of the gateway.', { error, exchangeId }),
    trustProxy: typeof trustProxy === 'object' ? matchAddresses(trustProxy) : trustProxy,
  };
  return {
    context,
    ...windowsInto(context, parts),
    metrics,
    adopt: (snapshot) => {
      live.retain(keysOf(snapshot));
      upstreams.retain(snapshot.providers);
      room.notify(true);
    },
    close: async () => {
      overload.stop();
      metrics.stop();
      save();
      await upstreams.destroy();
    },
  };
}

function googleTokens(upstreams: UpstreamPools, onSecret: (secret: string) => void): GoogleTokens {
  const post = (provider: CompiledProvider, url: string, form: string): ReturnType<typeof postForm> =>
    postForm(upstreams.dispatcher(provider, new URL(url).origin), url, form);
  return new GoogleTokens(post, systemClock.nowMs, onSecret);
}

/** What the control plane sees of the data plane. */
function windowsInto(context: GatewayContext, { feed, redact }: GatewayParts): Pick<GatewayAssembly, 'board' | 'probe' | 'feed'> {
  const { currentSnapshot, live, binder, room, upstreams, signer, clock } = context;
  return {
    board: new LiveKeyBoard({ currentSnapshot, live, binder, room, nowMs: () => clock.nowMs(), events: feed }),
    probe: new LiveUpstreamProbe({ currentSnapshot, upstreams, signer, clock, redact }),
    feed,
  };
}

export function startTimer(callback: () => void, delayMs: number): { cancel(): void } {
  const timer = setTimeout(callback, delayMs);
  return { cancel: () => clearTimeout(timer) };
}
