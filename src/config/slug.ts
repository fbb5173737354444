const LONGEST = 63;

/** Slugs of names, in their order; equal ones get `-2`, `-3` and so on. A name without a letter or digit gets the fallback. */
export function slugsFrom(names: readonly string[], fallback: string): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const slug = slugOf(name) || fallback;
    let unique = slug;
    for (let number = 2; taken.has(unique); number += 1) unique = `${slug.slice(0, LONGEST - 1 - String(number).length)}-${number}`;
    taken.add(unique);
    return unique;
  });
}

function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-');
  return plain.replace(/^-+/u, '').slice(0, LONGEST).replace(/-+$/u, '');
}
