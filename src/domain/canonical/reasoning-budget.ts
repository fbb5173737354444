import { EFFORTS, type Effort } from './canonical-request.ts';

/** Share of the longest answer that each effort may think, as Vercel's AI SDK has it. */
const SHARES: Readonly<Record<Effort, number>> = { minimal: 0.02, low: 0.1, medium: 0.3, high: 0.6, xhigh: 0.9, max: 0.95 };
const LEAST_BUDGET = 1024;

/** Tokens to think for an effort, at least 1,024. `longest`: the longest answer in tokens. */
export function budgetOfEffort(effort: Effort, longest: number): number {
  return Math.max(LEAST_BUDGET, Math.floor(longest * SHARES[effort]));
}

/** The highest effort whose budget is not above this one. */
export function effortOfBudget(budgetTokens: number, longest: number): Effort {
  let found: Effort = 'minimal';
  for (const effort of EFFORTS) if (SHARES[effort] * longest <= budgetTokens) found = effort;
  return found;
}

/** The same effort, or the next lower one that is on offer, or the lowest that is. Null: none is on offer. */
export function nearestEffort(effort: Effort, offered: readonly Effort[]): Effort | null {
  const rank = EFFORTS.indexOf(effort);
  const rising = EFFORTS.filter((each) => offered.includes(each));
  return rising.findLast((each) => EFFORTS.indexOf(each) <= rank) ?? rising[0] ?? null;
}
