import type { GatewaySnapshot } from '../../config/snapshot.ts';
import type { VirtualKeyHash } from '../../domain/ids.ts';
import type { DeadlineWheel } from '../../lib/deadline-wheel.ts';
import type { UuidV7Source } from '../../lib/uuid-v7.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { Journal } from '../../ports/journal.ts';
import type { LiveState } from '../../ports/live-state.ts';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import type { MadeItems } from '../../ports/made-items.ts';
import type { Recorder } from '../../ports/recorder.ts';
import type { StateHomes } from '../../ports/state-homes.ts';
import type { TrustProxy } from '../http/client-address.ts';
import type { PoolBinder } from '../key-pool/bound-pool.ts';
import type { WaitingRoom } from '../key-pool/waiting-room.ts';
import type { RequestSigner } from '../upstream/sign/request-signer.ts';
import type { UpstreamPools } from '../upstream/upstream-pools.ts';

/** Everything an exchange needs of the process around it. Put together once, by the composition root. */
export interface GatewayContext {
  /** Read once, at the start of an exchange. */
  readonly currentSnapshot: () => GatewaySnapshot;
  readonly clock: Clock;
  readonly ids: UuidV7Source;
  readonly wheel: DeadlineWheel;
  readonly live: LiveState;
  readonly homes: StateHomes;
  readonly items: MadeItems;
  readonly binder: PoolBinder;
  readonly room: WaitingRoom;
  readonly upstreams: UpstreamPools;
  readonly signer: RequestSigner;
  readonly limiter: RateLimiter;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly events: EventFeed;
  readonly hashSecret: (secret: string) => VirtualKeyHash;
  /** Sheds new work; null while all is well. */
  readonly overload: () => string | null;
  /** A defect of ours, for the log. The text is redacted there. */
  readonly reportDefect: (error: unknown, exchangeId: string) => void;
  /** Whose forwarded-for chains are believed. */
  readonly trustProxy: TrustProxy;
}
