import type { Drops } from './drops.ts';

/** As many stop strings as nearly every server takes. */
export const USUAL_STOPS = 4;

/** The stop strings that go to a target which takes `most` of them: the first ones. The others are told. */
export function takenStops(stop: readonly string[], most: number, drops: Drops): readonly string[] {
  if (stop.length <= most) return stop;
  drops.add(most >= USUAL_STOPS ? 'many-stops' : 'stop');
  return stop.slice(0, most);
}
