import { secretDigest } from '../../config/secret-digest.ts';
import { looksLikeSecret } from './looks-like-secret.ts';

const LONGEST = 63;
const FEWEST_DIGITS = 8;

/** Something of the old data that needs an id here. */
export interface OldThing {
  /** Its own id there: what it is told apart by. */
  readonly id: string;
  /** What the slug is made of. */
  readonly name: string;
}

/**
 * Slugs that stay the same from one import to the next, in whatever order the things come: where two names would give one slug, each that
 * is not that slug itself gets digits of the hash of its old id. So does a name without a letter or digit, or one that looks like a secret.
 */
export function stableSlugs(things: readonly OldThing[], fallback: string): readonly string[] {
  const bases = things.map(({ name }) => (looksLikeSecret(name) ? '' : slugOf(name)));
  const counts = new Map<string, number>();
  for (const base of bases) counts.set(base, (counts.get(base) ?? 0) + 1);
  const exact = new Map<string, number>();
  for (const [index, thing] of things.entries()) if (thing.name === bases[index] && !exact.has(thing.name)) exact.set(thing.name, index);
  const taken = new Set<string>(bases.filter((base, index) => isPlain(base, index)));
  return things.map((thing, index) => {
    const base = bases[index] ?? '';
    if (isPlain(base, index)) return base;
    const slug = withDigits(base === '' ? fallback : base, thing.id, index, taken);
    taken.add(slug);
    return slug;
  });

  function isPlain(base: string, index: number): boolean {
    return base !== '' && (counts.get(base) === 1 || exact.get(base) === index);
  }
}

function withDigits(base: string, id: string, index: number, taken: ReadonlySet<string>): string {
  const digest = secretDigest(id);
  for (let digits = FEWEST_DIGITS; digits <= LONGEST - FEWEST_DIGITS; digits += FEWEST_DIGITS) {
    const slug = `${base.slice(0, LONGEST - 1 - digits)}-${digest.slice(0, digits)}`;
    if (!taken.has(slug)) return slug;
  }
  // Only for the same old id again, which is nothing that a stable name could be made of.
  return withDigits(base, `${id}#${index}`, index, taken);
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replace(/^-+/u, '')
    .slice(0, LONGEST)
    .replace(/-+$/u, '');
}
