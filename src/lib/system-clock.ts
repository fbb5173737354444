/** The machine's own time and chance, in the shape of the clock port. */
export const systemClock = {
  nowMs: (): number => Date.now(),
  monotonicMs: (): number => performance.now(),
  random: (): number => Math.random(),
};
