import type { CanonicalPart } from './canonical-part.ts';
import type { CanonicalTurn } from './canonical-request.ts';
import { legalToolCallId } from './tool-call-id.ts';

/**
 * The conversation with legal ids of calls, no two alike, for protocols that refuse an id which an earlier turn had already. The first call keeps
 * its id, later ones are numbered; each result follows its call. The same conversation always gets the same ids.
 */
export function withUniqueCallIds(turns: readonly CanonicalTurn[]): readonly CanonicalTurn[] {
  const ids = new UniqueIds();
  return turns.map((turn) =>
    turn.role === 'assistant' || turn.role === 'tool' ? { ...turn, parts: turn.parts.map((part) => ids.rename(part)) } : turn,
  );
}

class UniqueIds {
  readonly #taken = new Set<string>();
  /** What each id of the turn before became, call by call. */
  readonly #open = new Map<string, string[]>();

  rename(part: CanonicalPart): CanonicalPart {
    if (part.type === 'tool-call') return { ...part, id: this.#take(part.id) };
    if (part.type !== 'tool-result') return part;
    return { ...part, callId: this.#open.get(part.callId)?.shift() ?? legalToolCallId(part.callId) };
  }

  #take(id: string): string {
    let unique = legalToolCallId(id);
    for (let number = 2; this.#taken.has(unique); number += 1) unique = legalToolCallId(`${id}_${number}`);
    this.#taken.add(unique);
    this.#open.set(id, [...(this.#open.get(id) ?? []), unique]);
    return unique;
  }
}
