import type { ProviderId, ProviderKeyId, PublicModel, UpstreamModel, VirtualKeyHash, VirtualKeyId } from '../domain/ids.ts';
import type { Dialect } from '../domain/dialect.ts';
import type { ModelTraits } from '../domain/model-traits.ts';
import type { AuthScheme, FailureHints } from '../domain/preset.ts';
import type { Price } from '../domain/price.ts';
import type { ProtocolName } from '../domain/protocol.ts';

/** The compiled configuration: indexed, frozen in tests and development, swapped whole. An exchange reads the one it started with. */
export interface GatewaySnapshot {
  readonly revision: number;
  /** Where it came from, for people: a file path, `environment`, or `nothing`. */
  readonly source: string;
  /** All providers, enabled or not, ordered by priority and then as written. */
  readonly providers: readonly CompiledProvider[];
  readonly providersById: ReadonlyMap<ProviderId, CompiledProvider>;
  /** Public model → who lists it, ordered by priority. Only enabled providers of kind `llm`. */
  readonly offers: ReadonlyMap<PublicModel, readonly Offer[]>;
  /** Enabled providers of kind `llm` that accept any model name, ordered by priority. */
  readonly openProviders: readonly CompiledProvider[];
  /** By the hash of each secret that works: a virtual key that was rotated has two for a while, its present one first. */
  readonly callers: ReadonlyMap<VirtualKeyHash, CompiledCaller>;
  /** How many virtual keys there are. */
  readonly callerCount: number;
  readonly settings: Settings;
}

/** One provider's model under its public name. */
export interface Offer {
  readonly provider: CompiledProvider;
  readonly model: CompiledModel;
}

/** What an attempt goes to: a provider, and its model where the call names one. */
export interface Target {
  readonly provider: CompiledProvider;
  readonly model: CompiledModel | null;
  /** The protocol into which the call is translated; absent: the client's own. */
  readonly via?: ProtocolName;
}

export interface CompiledModel {
  readonly publicModel: PublicModel;
  readonly upstreamModel: UpstreamModel;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  /** What the operator says the model can do; absent: unknown. */
  readonly capabilities?: ReadonlySet<ModelCapability>;
  /** Absent: unpriced. */
  readonly price?: Price;
  /** Version of the list that the price comes from; `config` for one written by the operator. */
  readonly priceVersion?: string;
}

export type ModelCapability = 'tools' | 'images' | 'jsonSchema' | 'thinking';

export interface CompiledProvider {
  readonly id: ProviderId;
  readonly name: string;
  readonly preset: string;
  readonly family: 'openai' | 'anthropic' | 'gemini' | 'deepseek' | null;
  readonly kind: 'llm' | 'rest';
  readonly enabled: boolean;
  readonly region: string | null;
  /** Share among providers that offer the same public model at the same priority; 0 drains. */
  readonly weight: number;
  readonly priority: number;
  /** Base URL by protocol, without a trailing slash. */
  readonly protocols: ReadonlyMap<ProtocolName, BaseUrl>;
  /** How it speaks those protocols that it speaks in a way of its own; empty for most providers. */
  readonly dialects: ReadonlyMap<ProtocolName, Dialect>;
  /** The protocol in which its vendor is best spoken to by clients of a protocol that it does not speak; null: no choice of its own. */
  readonly translateTo: ProtocolName | null;
  /** The only protocol in which it offers a model; null: any that it speaks. */
  readonly protocolOfModel: (model: UpstreamModel) => ProtocolName | null;
  /** The region of `aws-sigv4` is never null here. */
  readonly auth: AuthScheme;
  readonly authByProtocol: Readonly<Partial<Record<ProtocolName, AuthScheme>>>;
  /** Constant headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Client headers, in lower case, that go on to this provider besides those every protocol forwards. */
  readonly forwardHeaders: ReadonlySet<string>;
  /** By public name. */
  readonly models: ReadonlyMap<PublicModel, CompiledModel>;
  /** True: names that `models` does not hold are sent on as they are. */
  readonly acceptsAnyModel: boolean;
  /** What a provider that accepts any model shows in /v1/models. */
  readonly knownModels: readonly string[];
  readonly keys: readonly CompiledKey[];
  readonly poolStrategy: PoolStrategy;
  readonly timeouts: Timeouts;
  readonly failures: Required<FailureHints>;
  readonly streamUsage: boolean;
  readonly allowPrivateNetwork: boolean;
  /** Outgoing proxy; null: connect directly. */
  readonly proxyUrl: string | null;
  /** False only where the operator said so in words: the provider's certificate is not checked. */
  readonly verifyTls: boolean;
  /** Present for kind `rest`. */
  readonly rest: { readonly methods: readonly string[]; readonly target: BaseUrl } | null;
  /** What a model of this provider takes in a protocol, the configuration's own words included. Kept, so that it may be asked each time. */
  readonly traitsOf: (protocol: ProtocolName, model: CompiledModel) => ModelTraits;
  /** Price of a model that is not in `models` (providers that accept any name); looked up in the bundled catalogue and kept. */
  readonly priceOf: (model: UpstreamModel) => { readonly price: Price; readonly priceVersion: string; readonly maxOutputTokens?: number } | null;
}

export type PoolStrategy = 'weighted' | 'fill-first' | 'least-busy' | 'most-headroom' | 'sticky';

/** A parsed base URL. */
export interface BaseUrl {
  /** `https://api.openai.com` */
  readonly origin: string;
  /** Path without trailing slash: `/v1`, or the empty string. */
  readonly path: string;
  /** As the operator wrote it, without trailing slash. */
  readonly href: string;
}

export interface CompiledKey {
  readonly id: ProviderKeyId;
  /** Place in the provider's list; also the order of `fill-first`. */
  readonly index: number;
  readonly name: string;
  /** In the clear: lives in memory only, is put into one header, and is on the redactor's list. Empty for local services. */
  readonly secret: string;
  readonly enabled: boolean;
  readonly weight: number;
  /** Tests an upstream or public model name; null: all models. */
  readonly allows: ModelMatcher | null;
  readonly limits: KeyLimits | null;
}

export interface KeyLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly concurrency?: number;
}

export type ModelMatcher = (model: string) => boolean;

export interface Timeouts {
  /** Includes TLS. */
  readonly connectMs: number;
  readonly firstByteMs: number;
  /** First byte of a stream. */
  readonly streamFirstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** A virtual key, ready to be checked. */
export interface CompiledCaller {
  readonly id: VirtualKeyId;
  readonly name: string;
  readonly enabled: boolean;
  readonly allowsModel: ModelMatcher | null;
  readonly providers: ReadonlySet<ProviderId> | null;
  readonly limits: CallerLimits | null;
  /** Epoch ms. */
  readonly expiresAtMs: number | null;
  /** Tests a client address, IPv4 or IPv6; null: from anywhere. */
  readonly allowsAddress: ((address: string) => boolean) | null;
  /** Share of the waiting room. */
  readonly share: number;
}

export interface CallerLimits {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  readonly requestsPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly concurrency?: number;
}

/** All settings with their defaults filled in. */
export interface Settings {
  readonly allowAnonymous: boolean;
  readonly maxWaitMs: number;
  readonly maxWaiting: number;
  /** What may be lost where a provider does not speak the client's protocol: nothing, wishes only, or anything. */
  readonly translation: 'strict' | 'prefer-native' | 'lossy';
  readonly maxAttempts: number;
  readonly retryBudget: { readonly ratio: number; readonly floor: number };
  readonly retryAmbiguous: 'once' | 'never';
  /** Rejections of a key in a row before it is suspended. */
  readonly suspendAfter: number;
  readonly suspendedProbeSeconds: number;
  readonly breaker: BreakerSettings;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly answerHeaders: boolean;
  readonly onAbort: { readonly mode: 'cancel' | 'drain'; readonly drainSeconds: number };
  readonly maxBodyBytes: number;
  readonly maxStreamedBodyBytes: number;
  readonly retentionDays: { readonly exchanges: number; readonly bodies: number };
  readonly journal: { readonly flushMs: number };
}

export interface BreakerSettings {
  /** Share of failures that opens, 0..1. */
  readonly share: number;
  /** Requests in the window before the share counts. */
  readonly minimum: number;
  readonly windowSeconds: number;
  /** Failures in a row that open at once. */
  readonly inARow: number;
  readonly openSeconds: number;
  readonly maxOpenSeconds: number;
  /** Successes that close a half-open breaker. */
  readonly closeAfter: number;
  readonly slowStartSeconds: number;
}
