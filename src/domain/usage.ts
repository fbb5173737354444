/** How a usage figure is known. */
export type Provenance = 'measured' | 'estimated' | 'missing';

/**
 * Tokens of one exchange, by class. The classes do not overlap, except `reasoning`, which is the part of `output` spent on thinking,
 * and the audio classes, which are the audio parts of `input` and `output`.
 */
export interface Usage {
  /** Input tokens that were neither read from nor written to a cache. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** All answer tokens, reasoning included. */
  readonly output: number;
  readonly reasoning: number;
  readonly audioInput: number;
  readonly audioOutput: number;
  readonly provenance: Provenance;
}

export const NO_USAGE: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
  provenance: 'missing',
};

/** All tokens that passed, in and out. */
export function totalTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
}
