import type { JournalStatus } from '../../ports/journal.ts';
import type { KeyStanding, KeyStandingState, ModelStanding, ProviderStanding, StandingRest } from '../../ports/key-board.ts';
import type { ConfigService } from '../config/config-service.ts';
import type { ControlServices } from '../control-services.ts';

/** Something that is not as it should be. */
export interface Problem {
  readonly kind: 'configuration' | 'ledger' | 'provider' | 'model' | 'key' | 'waiting-room';
  /** `error`: something cannot be served or is lost; `warning`: it mends itself, or costs less. */
  readonly severity: 'error' | 'warning';
  readonly what: string;
  /** A sentence, or the cause in words. */
  readonly why: string;
  /** Epoch ms; null: nobody knows, or somebody has to mend it. */
  readonly untilMs: number | null;
  readonly provider: string | null;
  readonly key: string | null;
  /** Upstream model. */
  readonly model: string | null;
}

export interface StatusView {
  readonly version: string;
  readonly startedAtMs: number;
  readonly uptimeSeconds: number;
  readonly config: { readonly source: ConfigService['source']; readonly revision: number; readonly problem: string | null };
  readonly journal: JournalStatus;
  readonly waiting: number;
  readonly providers: { readonly total: number; readonly enabled: number; readonly withoutUsableKey: number };
  readonly keys: Readonly<Record<KeyStandingState, number>>;
  /** The gravest first; at most a hundred. */
  readonly problems: readonly Problem[];
  readonly problemsLeftOut: number;
}

const MOST_PROBLEMS = 100;
const NOTHING = { provider: null, key: null, model: null, untilMs: null } as const;

type StatusServices = Pick<ControlServices, 'process' | 'config' | 'snapshot' | 'board' | 'nowMs'>;

/** How the gateway stands: what whoever is woken at night reads first. */
export function readStatus(services: StatusServices): StatusView {
  const { process, config, board, nowMs } = services;
  const providers = board.providers();
  const enabled = providers.filter(({ isEnabled }) => isEnabled);
  const problems = [...problemsOfProcess(services), ...enabled.flatMap((provider) => problemsOfProvider(provider, board.list(provider.provider)))];
  const sorted = problems.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  return {
    version: process.version,
    startedAtMs: process.startedAtMs,
    uptimeSeconds: Math.floor((nowMs() - process.startedAtMs) / 1000),
    config: { source: config.source, revision: services.snapshot().revision, problem: problemOfConfig(services) },
    journal: process.journal(),
    waiting: process.waiting(),
    providers: { total: providers.length, enabled: enabled.length, withoutUsableKey: enabled.filter(isWithoutKey).length },
    keys: {
      ready: countKeys(providers, 'ready'),
      resting: countKeys(providers, 'resting'),
      suspended: countKeys(providers, 'suspended'),
      disabled: countKeys(providers, 'disabled'),
    },
    problems: sorted.slice(0, MOST_PROBLEMS),
    problemsLeftOut: Math.max(0, sorted.length - MOST_PROBLEMS),
  };
}

function countKeys(providers: readonly ProviderStanding[], state: KeyStandingState): number {
  return providers.reduce((sum, { keys }) => sum + keys[state], 0);
}

function problemOfConfig({ process, config }: StatusServices): string | null {
  return process.configProblem() ?? config.problem;
}

function problemsOfProcess(services: StatusServices): readonly Problem[] {
  const configProblem = problemOfConfig(services);
  const { problem, lost = 0 } = services.process.journal();
  const waiting = services.process.waiting();
  const found: Problem[] = [];
  if (configProblem !== null) found.push({ ...NOTHING, kind: 'configuration', severity: 'error', what: 'Configuration', why: configProblem });
  if (problem !== null) found.push({ ...NOTHING, kind: 'ledger', severity: 'error', what: 'Ledger', why: problem });
  if (lost > 0)
    found.push({ ...NOTHING, kind: 'ledger', severity: 'error', what: 'Journal', why: `${lost} records were lost while the disk was full.` });
  if (waiting > 0) {
    const why = waiting === 1 ? '1 request waits for a key that wakes soon.' : `${waiting} requests wait for a key that wakes soon.`;
    found.push({ ...NOTHING, kind: 'waiting-room', severity: 'warning', what: 'Waiting room', why });
  }
  return found;
}

function problemsOfProvider(standing: ProviderStanding, keys: readonly KeyStanding[]): readonly Problem[] {
  const { provider, rest, models } = standing;
  const found: Problem[] = [];
  if (isWithoutKey(standing)) found.push(withoutKey(standing, keys));
  if (rest !== null) found.push(problemOfRest(provider, rest));
  for (const model of models) found.push(problemOfModel(provider, model));
  for (const key of keys) if (key.why !== null && key.state !== 'disabled') found.push(problemOfKey(key, key.why));
  return found;
}

/** Has keys, none of which can be used now. */
function isWithoutKey({ keys }: ProviderStanding): boolean {
  return keys.ready === 0 && keys.resting + keys.suspended + keys.disabled > 0;
}

function withoutKey({ provider, keys: { resting, suspended, disabled } }: ProviderStanding, keys: readonly KeyStanding[]): Problem {
  const why = `No key is ready: ${resting} rest, ${suspended} are suspended, ${disabled} are disabled.`;
  const ends = keys.filter(({ state }) => state === 'resting').map(({ untilMs }) => untilMs);
  const known = ends.filter((untilMs) => untilMs !== null);
  const untilMs = known.length === 0 ? null : Math.min(...known);
  return { ...NOTHING, kind: 'provider', severity: 'error', what: `Provider ${provider}`, why, untilMs, provider };
}

function problemOfRest(provider: string, { reason, untilMs }: StandingRest): Problem {
  return { ...NOTHING, kind: 'provider', severity: 'error', what: `Provider ${provider}`, why: `It rests: ${reason}`, untilMs, provider };
}

function problemOfModel(provider: string, { model, breaker, breakerUntilMs, rest, why }: ModelStanding): Problem {
  const severity = breaker === 'open' ? 'error' : 'warning';
  const what = `Model ${model === '' ? 'of calls that name none' : model} of ${provider}`;
  return { ...NOTHING, kind: 'model', severity, what, why, untilMs: breakerUntilMs ?? rest?.untilMs ?? null, provider, model };
}

function problemOfKey({ provider, key, state, untilMs }: KeyStanding, { reason }: { readonly reason: string }): Problem {
  const severity = state === 'suspended' ? 'error' : 'warning';
  return { ...NOTHING, kind: 'key', severity, what: `Key ${provider}/${key} is ${state}`, why: reason, untilMs, provider, key };
}
