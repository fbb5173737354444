import type { CanonicalReasoning, CanonicalRequest, CanonicalTurn, Effort } from '../../domain/canonical/canonical-request.ts';
import { EFFORTS } from '../../domain/canonical/canonical-request.ts';
import type { Drops } from '../../domain/canonical/drops.ts';
import { budgetOfEffort, effortOfBudget, nearestEffort } from '../../domain/canonical/reasoning-budget.ts';
import type { ModelTraits, ThinkingTraits } from '../../domain/model-traits.ts';
import { LEAST_THINKING_BUDGET, type WireThinkingConfig } from './wire-types.ts';

/** How the model is told to think. */
export interface EncodedReasoning {
  readonly thinking: WireThinkingConfig | null;
  /** `output_config.effort`. */
  readonly effort: Effort | null;
  /** The model thinks before it answers. */
  readonly isThinking: boolean;
  /** Thinking counts as answer, so a budget may ask for more than the client's limit. */
  readonly maxTokens: number;
}

/** `maxTokens`: the limit of the answer as the client, or the model, has it. */
export function encodeReasoning(request: CanonicalRequest, traits: ModelTraits, maxTokens: number, drops: Drops): EncodedReasoning {
  const { reasoning } = request;
  const plain: EncodedReasoning = { thinking: null, effort: null, isThinking: false, maxTokens };
  if (reasoning === null) return plain;
  const { thinking } = traits;
  if (thinking !== null && !traits.lacks.has('thinking'))
    return reasoning.isOn
      ? new Thinker(reasoning, thinking, traits, maxTokens, drops).encode(request.turns)
      : encodeOff(reasoning, thinking, plain, drops);
  const isLevel = reasoning.effort !== null || reasoning.budgetTokens !== null;
  if (reasoning.isOn && isLevel) drops.add('thinking');
  if (!reasoning.isOn || isLevel) drops.add('thinking-level');
  if (reasoning.display !== null) drops.add('thinking-display');
  return plain;
}

class Thinker {
  readonly #reasoning: CanonicalReasoning;
  readonly #thinking: ThinkingTraits;
  readonly #traits: ModelTraits;
  readonly #maxTokens: number;
  readonly #drops: Drops;

  constructor(reasoning: CanonicalReasoning, thinking: ThinkingTraits, traits: ModelTraits, maxTokens: number, drops: Drops) {
    this.#reasoning = reasoning;
    this.#thinking = thinking;
    this.#traits = traits;
    this.#maxTokens = maxTokens;
    this.#drops = drops;
  }

  encode(turns: readonly CanonicalTurn[]): EncodedReasoning {
    const { isAdaptive, takesBudget } = this.#thinking;
    const isLoose = hasUnprovedLoop(turns);
    const isExact = this.#reasoning.budgetTokens !== null || !isAdaptive;
    if (takesBudget && isExact && !isLoose) return this.#withBudget();
    if (isAdaptive)
      return { thinking: { type: 'adaptive', ...this.#display() }, effort: this.#effort(), isThinking: true, maxTokens: this.#maxTokens };
    // The API would refuse the whole request; an answer without a thought is nearer to what was asked.
    if (takesBudget && (this.#reasoning.effort !== null || this.#reasoning.budgetTokens !== null)) this.#drops.add('thinking-level');
    const effort = takesBudget ? null : this.#effort();
    if (this.#reasoning.display !== null) this.#drops.add('thinking-display');
    return { thinking: null, effort, isThinking: effort !== null, maxTokens: this.#maxTokens };
  }

  /** The budget fits into the answer: a limit that is too small is raised by it, as far as the model goes. */
  #withBudget(): EncodedReasoning {
    const { effort, budgetTokens } = this.#reasoning;
    const most = this.#traits.maxOutputTokens ?? Number.MAX_SAFE_INTEGER;
    const asked = budgetTokens ?? budgetOfEffort(effort ?? 'medium', this.#maxTokens);
    const budget = Math.max(LEAST_THINKING_BUDGET, Math.min(asked, most - 1));
    const maxTokens = budget < this.#maxTokens ? this.#maxTokens : Math.max(budget + 1, Math.min(most, budget + this.#maxTokens));
    return {
      thinking: { type: 'enabled', budget_tokens: budget, ...this.#display() },
      effort: effort !== null && budgetTokens !== null ? this.#effort() : null,
      isThinking: true,
      maxTokens,
    };
  }

  #effort(): Effort | null {
    const { effort, budgetTokens } = this.#reasoning;
    const asked = effort ?? (budgetTokens === null ? null : effortOfBudget(budgetTokens, this.#maxTokens));
    return asked === null ? null : offeredEffort(asked, this.#thinking, this.#drops);
  }

  #display(): { readonly display?: 'summarized' | 'omitted' } {
    const { display } = this.#reasoning;
    return display === null ? {} : { display: display === 'shown' ? 'summarized' : 'omitted' };
  }
}

function encodeOff(reasoning: CanonicalReasoning, thinking: ThinkingTraits, plain: EncodedReasoning, drops: Drops): EncodedReasoning {
  if (reasoning.display !== null) drops.add('thinking-display');
  if (thinking.off === null) {
    drops.add('thinking-level');
    return { ...plain, effort: nearestEffort('minimal', thinking.efforts), isThinking: true };
  }
  if (thinking.off === 'unasked') return plain;
  const asked = reasoning.effort === null || thinking.offUpTo === null ? reasoning.effort : lower(reasoning.effort, thinking.offUpTo);
  if (asked !== reasoning.effort) drops.add('thinking-level');
  return {
    ...plain,
    thinking: { type: thinking.off === 'between_tools' ? 'between_tools' : 'disabled' },
    effort: asked === null ? null : offeredEffort(asked, thinking, drops),
  };
}

function offeredEffort(asked: Effort, thinking: ThinkingTraits, drops: Drops): Effort | null {
  const offered = nearestEffort(asked, thinking.efforts);
  if (offered !== asked) drops.add('thinking-level');
  return offered;
}

function lower(one: Effort, other: Effort): Effort {
  return EFFORTS.indexOf(one) < EFFORTS.indexOf(other) ? one : other;
}

/** With a budget, a turn whose calls were just answered has to begin with its signed thought, which few clients give back. */
function hasUnprovedLoop(turns: readonly CanonicalTurn[]): boolean {
  const last = turns.findLast(({ role }) => role === 'assistant');
  if (last === undefined || !last.parts.some(({ type }) => type === 'tool-call')) return false;
  const [first] = last.parts;
  return first?.type !== 'thinking' || first.state?.family !== 'anthropic';
}
