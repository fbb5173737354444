/** Time as the gateway sees it. Tests bring their own. */
export interface Clock {
  /** Wall clock, epoch ms: for times that leave the process. */
  nowMs(): number;
  /** Monotonic ms, for durations. */
  monotonicMs(): number;
  /** Uniform in [0, 1): for jitter. */
  random(): number;
}
