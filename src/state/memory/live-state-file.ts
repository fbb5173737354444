import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ProviderId, ProviderKeyId } from '../../domain/ids.ts';
import type { BreakerState, KeyState, LiveState, PoolState, Rest, Restable, Suspension } from '../../ports/live-state.ts';
import { blankBreakerState, blankKeyState, blankPoolState } from '../../ports/blank-live-state.ts';

const VERSION = 1;

interface SavedKey {
  readonly id: string;
  readonly rest: Rest | null;
  readonly models: readonly (readonly [string, Rest])[];
  readonly rejections: number;
  readonly suspended: Omit<Suspension, 'nextProbeAtMs'> | null;
  readonly credit: number;
  readonly minute: KeyState['minute'];
  readonly day: KeyState['day'];
}

interface SavedBreaker {
  readonly model: string;
  readonly rest: Rest | null;
  readonly state: BreakerState['state'];
  readonly openUntilMs: number;
  readonly openings: number;
}

interface SavedPool {
  readonly provider: string;
  readonly rest: Rest | null;
  readonly keys: readonly SavedKey[];
  readonly models: readonly SavedBreaker[];
}

/**
 * Keeps live state across restarts: rests, suspensions, breakers, places in the rotation. Written to one file, whole, at most once a second
 * and at the stop. Holds ids and times only, never a secret.
 */
export class LiveStateFile {
  readonly #path: string;
  readonly #onProblem: (sentence: string) => void;
  #isDirty = false;
  #isScheduled = false;

  constructor(path: string, onProblem: (sentence: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  /** Fills the state from the file. A file that cannot be read is kept aside, and the state begins empty. */
  restore(live: LiveState, nowMs: number): void {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return;
    }
    try {
      const saved = JSON.parse(text) as { readonly version: number; readonly pools: readonly SavedPool[] };
      if (saved.version !== VERSION) throw new Error('it is of another version');
      // First beside the real state: a file that turns out broken half-way must leave nothing of itself behind.
      for (const pool of saved.pools) restorePool(blankPoolState(pool.provider as ProviderId), pool, nowMs);
      for (const pool of saved.pools) restorePool(live.pool(pool.provider as ProviderId), pool, nowMs);
    } catch (error) {
      this.#setAside(error instanceof Error ? error.message : String(error));
    }
  }

  #setAside(reason: string): void {
    const aside = `${this.#path}.unreadable`;
    let kept = `it was kept as ${aside}`;
    try {
      renameSync(this.#path, aside);
    } catch {
      kept = 'it could not be set aside either';
    }
    this.#onProblem(`The state of keys in ${this.#path} could not be read (${reason}); ${kept} and all keys start as ready.`);
  }

  /** Marks a change; it is written within a second. */
  touched(live: LiveState): void {
    this.#isDirty = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => {
      this.#isScheduled = false;
      this.save(live);
    }, 1000).unref();
  }

  save(live: LiveState): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const pools = [...live.pools()].map(savePool);
    const draft = `${this.#path}.new`;
    try {
      writeFileSync(draft, JSON.stringify({ version: VERSION, pools }), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (error) {
      this.#isDirty = true;
      this.#onProblem(`The state of keys could not be written to ${this.#path}: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
}

function savePool(pool: PoolState): SavedPool {
  return {
    provider: pool.provider,
    rest: pool.rest,
    keys: [...pool.keys.values()].map(saveKey),
    models: [...pool.models]
      .filter(([, breaker]) => breaker.state !== 'closed' || breaker.rest !== null)
      .map(([model, { rest, state, openUntilMs, openings }]) => ({ model, rest, state, openUntilMs, openings })),
  };
}

function saveKey(key: KeyState): SavedKey {
  const models: [string, Rest][] = [];
  for (const [model, { rest }] of key.models ?? []) if (rest !== null) models.push([model, rest]);
  const { id, rest, rejections, credit, minute, day } = key;
  return {
    id,
    rest,
    models,
    rejections,
    credit,
    minute,
    day,
    suspended: key.suspended === null ? null : saveSuspension(key.suspended),
  };
}

function saveSuspension({ sinceMs, reason, byPerson }: Suspension): Omit<Suspension, 'nextProbeAtMs'> {
  return byPerson === true ? { sinceMs, reason, byPerson } : { sinceMs, reason };
}

function restorePool(pool: PoolState, saved: SavedPool, nowMs: number): void {
  pool.rest = saved.rest;
  for (const key of saved.keys) {
    const state = blankKeyState(key.id as ProviderKeyId);
    state.rest = key.rest;
    state.rejections = key.rejections;
    state.credit = key.credit;
    state.minute = { ...key.minute };
    state.day = { ...key.day };
    // A rejected key is probed soon after a restart: the operator may have mended it meanwhile.
    state.suspended = key.suspended === null ? null : { ...key.suspended, nextProbeAtMs: key.suspended.byPerson === true ? Infinity : nowMs };
    if (key.models.length > 0) state.models = new Map(key.models.map(([model, rest]): [string, Restable] => [model, { rest, probing: false }]));
    pool.keys.set(state.id, state);
  }
  for (const { model, rest, state, openUntilMs, openings } of saved.models) {
    pool.models.set(model, { ...blankBreakerState(), rest, state: state === 'half-open' ? 'open' : state, openUntilMs, openings });
  }
}
