import type { CanonicalTurn } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { splitLeadingSystem } from '../../domain/canonical/leading-system.ts';
import type { ModelTraits } from '../../domain/model-traits.ts';
import { LOST_GEMINI_SIGNATURE } from '../lost-gemini-signature.ts';
import { encodePart, encodeResult, isLevelModel } from './encode-part.ts';
import type { WireContent, WirePart } from './wire-types.ts';

/** `systemInstruction` and `contents` of a request. */
interface EncodedContents {
  readonly systemInstruction: { readonly parts: readonly WirePart[] } | null;
  /** Contents of the user and of the model in turn; never empty. */
  readonly contents: readonly WireContent[];
}

/** `instruction`: appended to the instructions; null: none. */
export function encodeContents(turns: readonly CanonicalTurn[], instruction: string | null, traits: ModelTraits, drops: Drops): EncodedContents {
  const { system, rest } = splitLeadingSystem(traits.prefill ? turns : withoutPrefill(turns));
  const contents = new ContentsWriter(traits, drops).write(rest);
  const instructions = [...system.flatMap(textParts), ...(instruction === null ? [] : [{ text: instruction }])];
  // Contents must not be empty: instructions alone are what the user says.
  if (contents.length === 0) return { systemInstruction: null, contents: [{ role: 'user', parts: instructions }] };
  return { systemInstruction: instructions.length === 0 ? null : { parts: instructions }, contents };
}

function withoutPrefill(turns: readonly CanonicalTurn[]): readonly CanonicalTurn[] {
  return turns.at(-1)?.role === 'assistant' ? turns.slice(0, -1) : turns;
}

function textParts(turn: CanonicalTurn): readonly WirePart[] {
  return turn.parts.flatMap((part) => (part.type === 'text' ? [{ text: part.text }] : []));
}

class ContentsWriter {
  readonly #traits: ModelTraits;
  readonly #drops: Drops;
  readonly #contents: { readonly role: 'user' | 'model'; readonly parts: WirePart[] }[] = [];

  constructor(traits: ModelTraits, drops: Drops) {
    this.#traits = traits;
    this.#drops = drops;
  }

  write(turns: readonly CanonicalTurn[]): readonly WireContent[] {
    for (const turn of turns) {
      if (turn.role === 'assistant') this.#add('model', this.#modelParts(turn));
      else if (turn.role === 'tool') this.#add('user', this.#resultParts(turn));
      // Instructions in mid-conversation keep their place, marked as what they are.
      else if (turn.role === 'system') this.#add('user', wrapInstructions(textParts(turn)));
      else this.#add('user', this.#encodeAll(turn));
    }
    return this.#contents;
  }

  #add(role: 'user' | 'model', parts: readonly WirePart[]): void {
    if (parts.length === 0) return;
    const last = this.#contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else this.#contents.push({ role, parts: [...parts] });
  }

  #encodeAll(turn: CanonicalTurn): WirePart[] {
    const parts: WirePart[] = [];
    for (const part of turn.parts) {
      const encoded = part.type === 'tool-result' ? null : encodePart(part, this.#traits, this.#drops);
      if (encoded !== null) parts.push(encoded);
    }
    return parts;
  }

  /** Gemini 3 refuses a step whose first call has no signature. */
  #modelParts(turn: CanonicalTurn): readonly WirePart[] {
    const parts = this.#encodeAll(turn);
    const first = isLevelModel(this.#traits) ? parts.findIndex(({ functionCall }) => functionCall !== undefined) : -1;
    const call = parts[first];
    if (call !== undefined && call.thoughtSignature === undefined) parts[first] = { ...call, thoughtSignature: LOST_GEMINI_SIGNATURE };
    return parts;
  }

  /** As many responses as there were calls, first and in their order; what a response cannot hold stands behind them. */
  #resultParts(turn: CanonicalTurn): readonly WirePart[] {
    if (this.#traits.lacks.has('tools')) return [];
    const results = turn.parts.flatMap((part) => (part.type === 'tool-result' ? [encodeResult(part, this.#traits, this.#drops)] : []));
    return [...results.map(({ part }) => part), ...results.flatMap(({ behind }) => behind)];
  }
}

function wrapInstructions(parts: readonly WirePart[]): readonly WirePart[] {
  return parts.length === 0 ? [] : [{ text: `<system>\n${parts.map(({ text }) => text).join('\n')}\n</system>` }];
}
