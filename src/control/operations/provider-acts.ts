import type { CompiledKey, CompiledProvider } from '../../config/snapshot.ts';
import type { ProviderId } from '../../domain/ids.ts';
import type { KeyTest, ListedModel, ModelListing, ProbeOutcome } from '../../ports/upstream-probe.ts';
import type { ControlServices } from '../control-services.ts';
import { OperationError } from '../operation-error.ts';
import { inTurns } from './in-turns.ts';
import { targetOfUnsaved, type UnsavedProvider } from './unsaved-provider.ts';

/** What came of asking a provider. `status` is of its last answer; null: none came. */
export interface ProbeView extends Pick<ProbeOutcome, 'status' | 'failure' | 'message' | 'upstreamMessage' | 'latencyMs'> {
  readonly success: boolean;
}

export interface KeyTestView extends ProbeView, Pick<KeyTest, 'verdict'> {
  readonly key: string;
}

/** What came of all its keys. The fields beside `keys` are of the first that failed, else of the first. */
export interface ProviderTestView extends ProbeView, Pick<KeyTest, 'verdict'> {
  readonly keys: readonly KeyTestView[];
  /** Enabled keys beyond the first twenty, which were not tested. */
  readonly leftOut: number;
}

export interface FetchedModels extends ProbeView {
  readonly models: readonly ListedModel[];
  /** False: the vendor has more than are shown. */
  readonly isComplete: boolean;
}

const MOST_KEYS = 20;
const AT_ONCE = 4;

/** What can be asked of a provider. A stored secret goes to the stored address and nowhere else. */
export class ProviderActs {
  readonly #services: Pick<ControlServices, 'config' | 'probe' | 'snapshot' | 'presets' | 'compileProbeTarget'>;

  constructor(services: Pick<ControlServices, 'config' | 'probe' | 'snapshot' | 'presets' | 'compileProbeTarget'>) {
    this.#services = services;
  }

  /** Each enabled key up to twenty, a few at a time. @throws {OperationError} `not_found`. */
  async test(id: string, signal: AbortSignal): Promise<ProviderTestView> {
    const provider = this.require(id);
    const enabled = provider.keys.filter((key) => key.enabled);
    const keys = await inTurns(enabled.slice(0, MOST_KEYS), AT_ONCE, (key) => this.#testOne(provider, key, signal));
    return summaryOf(keys, enabled.length - keys.length);
  }

  /** One key, enabled or not. @throws {OperationError} `not_found`. */
  async testKey(id: string, keyId: string, signal: AbortSignal): Promise<KeyTestView> {
    const provider = this.require(id);
    const key = provider.keys.find((known) => String(known.id) === keyId);
    if (key !== undefined) return this.#testOne(provider, key, signal);
    if (this.#services.config.view().find('provider-key', `${id}/${keyId}`) === undefined)
      throw new OperationError('not_found', `The provider ${id} has no key ${keyId}.`);
    return { key: keyId, ...notAsked('The key has no secret yet.'), verdict: 'unknown' };
  }

  /** The models that the vendor lists for a key; without one named, for the first that is enabled. @throws {OperationError} `not_found`. */
  async fetchModels(id: string, keyId: string | undefined, signal: AbortSignal): Promise<FetchedModels> {
    const provider = this.require(id);
    const key = provider.keys.find((known) => (keyId === undefined ? known.enabled : String(known.id) === keyId));
    if (key === undefined && keyId !== undefined) throw new OperationError('not_found', `The provider ${id} has no key ${keyId} with a secret.`);
    return shownListing(await this.#services.probe.listModels({ provider, secret: secretOf(key) }, signal));
  }

  /** The same before the provider is saved. @throws {OperationError} `invalid_field`. */
  async fetchModelsOf(unsaved: UnsavedProvider, signal: AbortSignal): Promise<FetchedModels> {
    return shownListing(await this.#services.probe.listModels(targetOfUnsaved(unsaved, this.#services), signal));
  }

  /** As it is in force. @throws {OperationError} `not_found`. */
  require(id: string): CompiledProvider {
    const provider = this.#services.snapshot().providersById.get(id as ProviderId);
    if (provider === undefined) throw new OperationError('not_found', `There is no provider ${id}.`);
    return provider;
  }

  async #testOne(provider: CompiledProvider, key: CompiledKey, signal: AbortSignal): Promise<KeyTestView> {
    const tested = await this.#services.probe.testKey({ provider, secret: secretOf(key) }, signal);
    return { key: key.id, ...shownOutcome(tested), verdict: tested.verdict };
  }
}

/** An outcome as it is told. */
export function shownOutcome({ ok, status, failure, message, upstreamMessage, latencyMs }: ProbeOutcome): ProbeView {
  return { success: ok, status, failure, message, upstreamMessage, latencyMs };
}

/** Nobody was asked, for this reason. */
export function notAsked(message: string): ProbeView {
  return { success: false, status: null, failure: 'unsupported', message, upstreamMessage: null, latencyMs: 0 };
}

/** Null for services that work without a key. */
export function secretOf(key: CompiledKey | undefined): string | null {
  return key === undefined || key.secret === '' ? null : key.secret;
}

function shownListing({ models, isComplete, ...outcome }: ModelListing): FetchedModels {
  return { ...shownOutcome(outcome), models, isComplete };
}

function summaryOf(keys: readonly KeyTestView[], leftOut: number): ProviderTestView {
  const failed = keys.filter(({ success }) => !success);
  const told = failed[0] ?? keys[0];
  if (told === undefined) return { ...notAsked('The provider has no enabled key with a secret.'), verdict: 'unknown', keys, leftOut };
  const { key: _key, ...first } = told;
  return {
    ...first,
    message: keys.length === 1 ? first.message : messageOf(keys, failed, leftOut),
    latencyMs: Math.max(...keys.map(({ latencyMs }) => latencyMs)),
    verdict: verdictOf(keys),
    keys,
    leftOut,
  };
}

function messageOf(keys: readonly KeyTestView[], failed: readonly KeyTestView[], leftOut: number): string {
  const rest = leftOut === 0 ? '' : ` Not tested: ${leftOut} more.`;
  const [first] = failed;
  if (first === undefined) return `All ${keys.length} keys that were tested work.${rest}`;
  return `Of ${keys.length} keys that were tested ${failed.length} failed; the first is ${first.key}: ${first.message}${rest}`;
}

function verdictOf(keys: readonly KeyTestView[]): KeyTest['verdict'] {
  if (keys.some(({ verdict }) => verdict === 'rejected')) return 'rejected';
  return keys.every(({ verdict }) => verdict === 'accepted') ? 'accepted' : 'unknown';
}
