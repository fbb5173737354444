import type { Target } from '../../config/snapshot.ts';
import type { ProviderId } from '../../domain/ids.ts';
import type { LiveView } from './live-view.ts';

export interface Rotation {
  readonly ordered: readonly Target[];
  readonly creditChanges: readonly { readonly provider: ProviderId; readonly credit: number }[];
}

/**
 * Orders targets by priority, inside one priority those that need no translation first, and the best of these by smooth weighted round robin
 * over providers. Reads credits and says how they would change; the change is made when the first target is really used.
 */
export function rotateTargets(targets: readonly Target[], publicModel: string, live: LiveView, prefersNative = true): Rotation {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return { ordered: targets, creditChanges: [] };
  const compare = (a: Target, b: Target): number =>
    a.provider.priority - b.provider.priority || (prefersNative ? translations(a) - translations(b) : 0);
  const byPriority = targets.toSorted(compare);
  // Weight 0 drains: such a provider comes after everybody else, whatever its priority.
  const serving = byPriority.filter((target) => target.provider.weight > 0);
  const drained = byPriority.filter((target) => target.provider.weight === 0);
  const [best] = serving;
  const tier = best === undefined ? [] : serving.filter((target) => compare(target, best) === 0);
  const drawn = tier.map((target) => {
    const weight = target.provider.weight * live.recoveredShare(target);
    return { target, weight, credit: live.credit(target.provider.id, publicModel) + weight };
  });
  const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
  const ordered = drawn.toSorted((a, b) => b.credit - a.credit);
  const creditChanges = ordered.map(({ target, credit }, place) => ({ provider: target.provider.id, credit: place === 0 ? credit - total : credit }));
  return { ordered: [...ordered.map(({ target }) => target), ...serving.slice(tier.length), ...drained], creditChanges };
}

function translations(target: Target): number {
  return target.via === undefined ? 0 : 1;
}
