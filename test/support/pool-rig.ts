import assert from 'node:assert/strict';
import type { CompiledProvider, Settings, Target } from '../../src/config/snapshot.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { ProviderKeyId, PublicModel } from '../../src/domain/ids.ts';
import { acquireKey, type Acquired } from '../../src/gateway/key-pool/acquire-key.ts';
import { PoolBinder } from '../../src/gateway/key-pool/bound-pool.ts';
import type { Lease } from '../../src/gateway/key-pool/lease.ts';
import { confirmLease, releaseKey } from '../../src/gateway/key-pool/release-key.ts';
import type { EventFeed } from '../../src/ports/event-feed.ts';
import type { BreakerState, KeyState, PoolState } from '../../src/ports/live-state.ts';
import { MemoryLiveState } from '../../src/state/memory/memory-live-state.ts';
import { someSettings } from './snapshot-literals.ts';

interface Asking {
  readonly targets?: readonly Target[];
  readonly tried?: ReadonlyMap<KeyState, number>;
  readonly session?: string;
  readonly tokens?: number;
}

/** Key pools with a clock of their own. Midday of a day that means nothing. */
export class PoolRig {
  nowMs = Date.UTC(2026, 5, 10, 12);
  /** What jitter draws. */
  random = 0;
  /** Hears what changes. */
  events: EventFeed | undefined = undefined;
  readonly live = new MemoryLiveState();
  readonly binder = new PoolBinder(this.live);
  readonly targets: readonly Target[];
  readonly settings: Settings;

  /** One target for each provider: its first model. */
  constructor(providers: readonly CompiledProvider[], settings: Partial<Settings> = {}) {
    this.targets = providers.map((provider) => ({ provider, model: [...provider.models.values()][0] ?? null }));
    this.settings = someSettings(settings);
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }

  /** The target of another model. */
  target(publicModel: string, place = 0): Target {
    const target = this.targets[place] ?? assert.fail();
    return { provider: target.provider, model: target.provider.models.get(publicModel as PublicModel) ?? assert.fail() };
  }

  ask({ targets = this.targets, tried = new Map(), session, tokens = 0 }: Asking = {}): Acquired {
    const publicModel = targets[0]?.model?.publicModel ?? '';
    return acquireKey(this.binder, {
      targets,
      tried,
      excluded: new Set(),
      onlyKey: null,
      publicModel,
      session: session ?? null,
      estimatedTokens: tokens,
      nowMs: this.nowMs,
      events: this.events,
    });
  }

  /** A key, which must be there. */
  take(asking: Asking = {}): Lease {
    const acquired = this.ask(asking);
    assert.equal(acquired.kind, 'lease', `no key is free: ${JSON.stringify(acquired)}`);
    return acquired.kind === 'lease' ? acquired.lease : assert.fail();
  }

  give(lease: Lease, failure: Failure | null = null, tokens = 0): void {
    releaseKey(lease, failure, { settings: this.settings, nowMs: this.nowMs, random: this.random, tokens, events: this.events });
  }

  confirm(lease: Lease): void {
    confirmLease(lease, { settings: this.settings, nowMs: this.nowMs, random: this.random, tokens: 0, events: this.events });
  }

  /** One whole attempt that ends in no time; the id of the key that made it. */
  attempt(failure: Failure | null = null, asking: Asking = {}): string {
    const lease = this.take(asking);
    this.give(lease, failure);
    return lease.key.id;
  }

  pool(place = 0): PoolState {
    return this.live.pool((this.targets[place] ?? assert.fail()).provider.id);
  }

  key(id: string, place = 0): KeyState {
    return this.pool(place).keys.get(id as ProviderKeyId) ?? assert.fail(`no key ${id}`);
  }

  breaker(model: string, place = 0): BreakerState {
    return this.pool(place).models.get(model) ?? assert.fail(`no breaker for ${model}`);
  }

  /** How long from now the rest of this thing lasts; null when it does not rest. */
  restMs(thing: { readonly rest: { readonly untilMs: number } | null } | undefined): number | null {
    return thing === undefined || thing.rest === null ? null : thing.rest.untilMs - this.nowMs;
  }
}

/** Failures as `classify-failure` makes them. */
export const FAILURES = {
  rateLimited: { kind: 'rate-limited', scope: 'key-model', status: 429, reason: 'the upstream answered 429' },
  accountLimited: { kind: 'rate-limited', scope: 'key', status: 429, reason: 'the upstream answered 429' },
  outOfQuota: { kind: 'out-of-quota', scope: 'key', status: 402, reason: 'the upstream answered 402' },
  rejected: { kind: 'auth-rejected', scope: 'key', status: 401, reason: 'the upstream rejected the key with 401' },
  modelForbidden: { kind: 'auth-rejected', scope: 'key-model', status: 403, reason: 'the upstream says that the key may not use the model' },
  overloaded: { kind: 'overloaded', scope: 'provider-model', status: 503, reason: 'the upstream answered 503' },
  serverError: { kind: 'upstream-error', scope: 'key-model', status: 500, reason: 'the upstream answered 500' },
  transport: { kind: 'transport', scope: 'provider', status: 0, reason: 'the connection was refused', cause: 'refused' },
  malformed: { kind: 'malformed', scope: 'provider-model', status: 200, reason: 'the answer is none' },
  modelMissing: { kind: 'model-missing', scope: 'key-model', status: 404, reason: 'the upstream does not have the model' },
  clientFault: { kind: 'client-fault', scope: 'none', status: 400, reason: 'the upstream answered 400' },
  clientGone: { kind: 'client-gone', scope: 'none', status: 0, reason: 'the client left' },
} as const satisfies Readonly<Record<string, Failure>>;
