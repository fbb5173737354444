import type { MockMatch, MockQuota, MockRule, MockScript } from './mock-rule.ts';

/** What a rule is matched against. `model` is undefined while the body has not come. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly key: string | null;
  readonly model: string | null;
}

/** Where a key stands with its quota after the present request was counted. */
export interface QuotaState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

interface CountedRule {
  readonly rule: MockRule;
  readonly path: RegExp | null;
  matched: number;
  played: number;
}

/** The current script with its counters: how often each rule matched, how much each key has used. */
export class ScriptState {
  readonly #now: () => number;
  #rules: readonly CountedRule[] = [];
  #quotas: Readonly<Record<string, MockQuota>> = {};
  #isStrict = false;
  #windows = new Map<string, { startedAt: number; used: number }>();

  constructor(now: () => number, script: MockScript) {
    this.#now = now;
    this.replace(script);
  }

  replace(script: MockScript): void {
    this.#rules = (script.rules ?? []).map((rule) => ({ rule, path: pathPattern(rule.match), matched: 0, played: 0 }));
    this.#quotas = script.quotas ?? {};
    this.#isStrict = script.strict === true;
    this.#windows = new Map();
  }

  /** Whether a request that this rule answers is held to the vendor's own checks. */
  isStrict(rule: MockRule | null): boolean {
    return rule?.strict ?? this.#isStrict;
  }

  /** The first rule that matches and is not used up. `early` picks among the rules that answer before the body, or among the others. */
  choose(request: SeenRequest, early: boolean): MockRule | null {
    for (const counted of this.#rules) {
      const { rule } = counted;
      if ((rule.early === true) !== early) continue;
      if (!matches(rule.match ?? {}, counted.path, request)) continue;
      counted.matched += 1;
      if (!isTurn(rule.match?.nth, counted.matched)) continue;
      if (rule.times !== undefined && counted.played >= rule.times) continue;
      counted.played += 1;
      return rule;
    }
    return null;
  }

  /** Counts a request against its key's quota; null when the key has none. A refused request is not counted. */
  use(key: string | null): QuotaState | null {
    const quota = this.#quotas[key ?? ''] ?? this.#quotas['*'];
    if (quota === undefined) return null;
    const windowMs = (quota.windowSeconds ?? 60) * 1000;
    const now = this.#now();
    let window = this.#windows.get(key ?? '');
    if (window === undefined || now >= window.startedAt + windowMs) {
      window = { startedAt: now, used: 0 };
      this.#windows.set(key ?? '', window);
    }
    const exceeded = window.used >= quota.requestsPerMinute;
    if (!exceeded) window.used += 1;
    return {
      limit: quota.requestsPerMinute,
      remaining: quota.requestsPerMinute - window.used,
      resetSeconds: Math.max(0.001, (window.startedAt + windowMs - now) / 1000),
      exceeded,
    };
  }
}

function pathPattern(match: MockMatch | undefined): RegExp | null {
  if (match?.path === undefined) return null;
  return typeof match.path === 'string' ? new RegExp(match.path) : match.path;
}

function matches(match: MockMatch, path: RegExp | null, request: SeenRequest): boolean {
  return (
    (match.key === undefined || match.key === request.key) &&
    (match.model === undefined || match.model === request.model) &&
    (match.method === undefined || match.method === request.method) &&
    (path === null || path.test(request.url))
  );
}

function isTurn(nth: MockMatch['nth'], count: number): boolean {
  if (nth === undefined) return true;
  return typeof nth === 'number' ? nth === count : nth.includes(count);
}
