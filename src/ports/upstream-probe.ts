import type { FailureKind } from '../domain/failure.ts';
import type { ProtocolName } from '../domain/protocol.ts';

/**
 * Asks a provider on behalf of a person, on the way that real traffic takes: the same connections, address checks, proxy, headers and signatures.
 * Whatever an upstream does is told as data. Nothing here changes what is known of keys. `Provider` is the compiled provider; it need not be in
 * the configuration yet, and then gets connections of its own, which end with the call.
 */
export interface UpstreamProbe<Provider> {
  /** The models that the vendor says it has, within 10 s. */
  listModels(target: ProbeTarget<Provider>, signal: AbortSignal): Promise<ModelListing>;
  /**
   * Whether the vendor takes the key: its list of models is asked for, with the key and then without, for some vendors show it to everyone. Where
   * there is no list, the first model of the provider is asked for a word, which costs a few tokens.
   */
  testKey(target: ProbeTarget<Provider>, signal: AbortSignal): Promise<KeyTest>;
  /** Asks a model for a word in a protocol that the provider speaks, within 30 s. Costs at most 16 tokens of an answer. */
  testModel(target: ProbeTarget<Provider>, ask: ModelToTest, signal: AbortSignal): Promise<ModelTest>;
}

export interface ProbeTarget<Provider> {
  readonly provider: Provider;
  /** Null: the call goes out without a key. */
  readonly secret: string | null;
}

export interface ModelToTest {
  /** The vendor's own name. */
  readonly model: string;
  /** Null: the one that the provider prefers for this model. */
  readonly protocol: ProtocolName | null;
}

/** Why a probe failed: as for attempts, and `unsupported` for what this provider does not offer. */
export type ProbeFailure = FailureKind | 'unsupported';

export interface ProbeOutcome {
  readonly ok: boolean;
  /** Of the upstream's last answer; null when none came. */
  readonly status: number | null;
  /** Null when it went well. */
  readonly failure: ProbeFailure | null;
  /** A sentence of ours. */
  readonly message: string;
  /** What the upstream's error says, at most 500 characters, without anything that looks like a secret; null: it said nothing that can be read. */
  readonly upstreamMessage: string | null;
  readonly latencyMs: number;
}

export interface ModelListing extends ProbeOutcome {
  /** At most 10,000, in the vendor's order; empty unless `ok`. */
  readonly models: readonly ListedModel[];
  /** False: the vendor has more than are shown. */
  readonly isComplete: boolean;
}

/** A model as a vendor's list has it. Null: not told. */
export interface ListedModel {
  /** What is written in `model`; for Gemini without `models/`. At most 256 characters. */
  readonly id: string;
  /** For people; the id where there is none. */
  readonly name: string;
  /** Unix seconds. */
  readonly created: number | null;
  readonly object: 'model';
  readonly owned_by: string | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
}

export interface KeyTest extends ProbeOutcome {
  /** `unknown`: the answer says nothing of the key, for instance because the list is open to everyone. */
  readonly verdict: 'accepted' | 'rejected' | 'unknown';
}

export interface ModelTest extends ProbeOutcome {
  /** The beginning of the answer, at most 200 characters; empty when the model used its tokens for thoughts; null: no answer, or one without text. */
  readonly text: string | null;
}
