import type { CompiledProvider, GatewaySnapshot } from '../../../config/snapshot.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import { isObject } from '../../../lib/json-reading.ts';
import type { KeyTest, ModelListing, ModelTest, ModelToTest, ProbeOutcome, ProbeTarget, UpstreamProbe } from '../../../ports/upstream-probe.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { Resolve } from '../connect-guard.ts';
import type { RequestSigner } from '../sign/request-signer.ts';
import { UpstreamPools } from '../upstream-pools.ts';
import { protocolOfList, protocolOfTest } from './choose-protocol.ts';
import { askForPage, listModels } from './list-models.ts';
import { authOf } from './probe-request.ts';
import { DEADLINE, ProbeRun, refused, type Asked } from './probe-run.ts';
import { askForOk, readAnswerText } from './say-ok.ts';

const LIST_MS = 10_000;
const TEST_MODEL_MS = 30_000;
const MOST_TEXT = 200;

export interface UpstreamProbeParts {
  readonly currentSnapshot: () => GatewaySnapshot;
  /** The connections of real traffic. */
  readonly upstreams: UpstreamPools;
  readonly signer: RequestSigner;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  readonly redact: (text: string) => string;
  /** Tests bring shorter ones. */
  readonly deadlines?: { readonly listMs: number; readonly testModelMs: number };
  readonly resolve?: Resolve;
}

type Tested = { readonly ok: true; readonly status: number; readonly message: string; readonly text: string | null } | Extract<Asked, { ok: false }>;
type KeyTested = Pick<KeyTest, 'verdict'> &
  (Extract<Asked, { ok: false }> | { readonly ok: true; readonly status: number | null; readonly message: string });

/** Probes through the gateway's own connections and signer. */
export class LiveUpstreamProbe implements UpstreamProbe<CompiledProvider> {
  readonly #parts: UpstreamProbeParts;

  constructor(parts: UpstreamProbeParts) {
    this.#parts = parts;
  }

  async listModels(target: ProbeTarget<CompiledProvider>, signal: AbortSignal): Promise<ModelListing> {
    return this.#within(target, this.#listMs, signal, async (run) => {
      const listed = await listModels(run);
      if (!listed.ok) return { ...listed, models: [], isComplete: true };
      const { models, isComplete } = listed;
      return { ...wentWell(listed.status, `Models that the upstream lists: ${models.length}.`), models, isComplete };
    });
  }

  async testKey(target: ProbeTarget<CompiledProvider>, signal: AbortSignal): Promise<KeyTest> {
    const hasList = protocolOfList(target.provider) !== null;
    return this.#within(target, hasList ? this.#listMs : this.#testModelMs, signal, async (run) => {
      const tested = await testKey(run);
      return tested.ok ? { ...wentWell(tested.status, tested.message), verdict: tested.verdict } : tested;
    });
  }

  async testModel(target: ProbeTarget<CompiledProvider>, ask: ModelToTest, signal: AbortSignal): Promise<ModelTest> {
    return this.#within(target, this.#testModelMs, signal, async (run) => {
      const tested = await testModel(run, ask);
      return tested.ok ? { ...wentWell(tested.status, tested.message), text: tested.text } : { ...tested, text: null };
    });
  }

  get #listMs(): number {
    return this.#parts.deadlines?.listMs ?? LIST_MS;
  }

  get #testModelMs(): number {
    return this.#parts.deadlines?.testModelMs ?? TEST_MODEL_MS;
  }

  /** Runs a probe until its deadline, and measures it. */
  async #within<Found extends object>(
    target: ProbeTarget<CompiledProvider>,
    mostMs: number,
    signal: AbortSignal,
    probe: (run: ProbeRun) => Promise<Found>,
  ): Promise<Found & Pick<ProbeOutcome, 'latencyMs'>> {
    const { clock, signer, redact, currentSnapshot, resolve } = this.#parts;
    const { provider } = target;
    // A provider that is not in force must leave no connections behind, nor get those of one that is.
    const isInForce = currentSnapshot().providersById.get(provider.id) === provider;
    const own = isInForce ? null : new UpstreamPools(resolve);
    const pools = own ?? this.#parts.upstreams;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(DEADLINE), mostMs);
    const startedMs = clock.monotonicMs();
    const way = { dispatcher: pools.dispatcher.bind(pools), signer, nowMs: () => clock.nowMs(), redact };
    try {
      const found = await probe(new ProbeRun(way, target, AbortSignal.any([signal, deadline.signal])));
      return { ...found, latencyMs: Math.round(clock.monotonicMs() - startedMs) };
    } finally {
      clearTimeout(timer);
      await own?.destroy();
    }
  }
}

function wentWell(status: number | null, message: string): Omit<ProbeOutcome, 'latencyMs'> {
  return { ok: true, status, failure: null, message, upstreamMessage: null };
}

async function testKey(run: ProbeRun): Promise<KeyTested> {
  const page = await askForPage(run, null);
  if (!page.ok) return page.failure === 'unsupported' ? testKeyWithoutList(run, page) : { ...page, verdict: verdictOf(page) };
  const { status } = page;
  if (run.secret === '') return { ok: true, status, verdict: 'unknown', message: 'The upstream answers without a key.' };
  const withoutKey = await askForPage(run, null, true);
  if (withoutKey.ok) {
    return {
      ok: true,
      status,
      verdict: 'unknown',
      message: 'The upstream answers, but shows its models to everyone, so this says nothing of the key.',
    };
  }
  const isRefused = withoutKey.failure === 'auth-rejected';
  return {
    ok: true,
    status,
    verdict: isRefused ? 'accepted' : 'unknown',
    message: isRefused ? 'The upstream took the key.' : 'The upstream answers.',
  };
}

/** Without a list, a model is asked; without a model, an access token at least says that the account is known. */
async function testKeyWithoutList(run: ProbeRun, noList: Extract<Asked, { ok: false }>): Promise<KeyTested> {
  const { models, knownModels } = run.provider;
  const model = [...models.values()][0]?.upstreamModel ?? knownModels[0];
  const protocol = model === undefined ? null : protocolOfTest(run.provider, model);
  if (model !== undefined && protocol !== null) {
    const tested = await testModel(run, { model, protocol });
    if (!tested.ok) return { ...tested, verdict: verdictOf(tested) };
    return { ok: true, status: tested.status, verdict: run.secret === '' ? 'unknown' : 'accepted', message: `The model ${model} answered.` };
  }
  const [spoken] = run.provider.protocols.keys();
  if (spoken !== undefined && run.secret !== '' && authOf(run.provider, spoken).in === 'google-service-account') {
    const proof = await run.prove(spoken);
    if (typeof proof !== 'string') return { ...proof, verdict: verdictOf(proof) };
    return { ok: true, status: null, verdict: 'accepted', message: 'The service account got an access token.' };
  }
  return { ...noList, verdict: 'unknown', message: `${noList.message} Its key cannot be tested without a model.` };
}

async function testModel(run: ProbeRun, { model, protocol: wanted }: ModelToTest): Promise<Tested> {
  const protocol: ProtocolName | null = wanted ?? protocolOfTest(run.provider, model);
  const call = protocol === null || !run.provider.protocols.has(protocol) ? null : askForOk(run.provider, protocol, model);
  if (protocol === null || call === null)
    return refused('unsupported', null, 'The provider does not speak a protocol in which this model could be asked.');
  const asked = await run.ask(call);
  if (!asked.ok) return asked;
  const { status, json, body } = asked;
  const wire = PROTOCOLS[protocol];
  if (!isObject(json) || wire.findError(json) !== null || !wire.isAnswer(json)) {
    return {
      ...refused('malformed', status, `The upstream answered ${status} with something that is no answer of ${protocol}.`),
      upstreamMessage: run.says(body),
    };
  }
  const text = readAnswerText(protocol, json);
  return { ok: true, status, message: 'The model answered.', text: text === null ? null : run.show(text, MOST_TEXT) };
}

function verdictOf({ failure }: Extract<Asked, { ok: false }>): KeyTest['verdict'] {
  return failure === 'auth-rejected' ? 'rejected' : 'unknown';
}
