import type { CanonicalTurn } from './canonical-request.ts';

/** The system turns with which a conversation begins, and the rest, for protocols that keep instructions apart from the conversation. */
export function splitLeadingSystem(turns: readonly CanonicalTurn[]): {
  readonly system: readonly CanonicalTurn[];
  readonly rest: readonly CanonicalTurn[];
} {
  let count = 0;
  while (turns[count]?.role === 'system') count += 1;
  return { system: turns.slice(0, count), rest: turns.slice(count) };
}
