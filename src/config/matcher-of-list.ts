/** One matcher for all that have the same list, so that ten thousand of them stay cheap, and what one asks the next one need not. */
export function matcherOfList<Matcher>(known: Map<string, Matcher>, list: readonly string[], make: (list: readonly string[]) => Matcher): Matcher {
  const name = list.join('\u0000');
  const before = known.get(name);
  if (before !== undefined) return before;
  const matcher = make(list);
  known.set(name, matcher);
  return matcher;
}
