import type { ModelMatcher } from './snapshot.ts';

/**
 * Compiles a list of model names with `*` globs. Dots and all other signs are literal. Null when the list allows everything.
 * No regular expression is made, so no pattern can be slow: a test takes at most the length of the name for each piece.
 */
export function matchModels(patterns: readonly string[]): ModelMatcher | null {
  if (patterns.includes('*')) return null;
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return remembering(
    globs.length === 0 ? (model) => exact.has(model) : (model) => exact.has(model) || globs.some((pieces) => matchesPieces(pieces, model)),
  );
}

/** Remembers the last two answers: a decision asks the matcher that many keys share for the same model, under its two names. */
function remembering(matcher: ModelMatcher): ModelMatcher {
  let last = '';
  let lastAnswer = matcher('');
  let before = last;
  let beforeAnswer = lastAnswer;
  return (model) => {
    if (model === last) return lastAnswer;
    if (model === before) return beforeAnswer;
    before = last;
    beforeAnswer = lastAnswer;
    last = model;
    lastAnswer = matcher(model);
    return lastAnswer;
  };
}

/** The first piece must begin the text, the last end it, and those between follow each other; the leftmost place is always right. */
function matchesPieces(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from);
    if (found === -1 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
