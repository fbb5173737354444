import type { KeyStandingState } from '../../ports/key-board.ts';
import type { KeyState, Restable } from '../../ports/live-state.ts';

/** How a key stands for people. Only its own rests count, also one for a single model; those of its provider are told of the provider. */
export function keyStandingState(isEnabled: boolean, state: KeyState, nowMs: number): KeyStandingState {
  if (!isEnabled) return 'disabled';
  if (state.suspended !== null) return 'suspended';
  if (isResting(state, nowMs)) return 'resting';
  return state.models !== null && state.models.values().some((ofModel) => isResting(ofModel, nowMs)) ? 'resting' : 'ready';
}

function isResting({ rest }: Restable, nowMs: number): boolean {
  return rest !== null && rest.untilMs > nowMs;
}
