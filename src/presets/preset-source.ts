import type { Preset } from '../domain/preset.ts';

/** A preset as the data files write it, before the default failure hints are joined in. */
export interface PresetSource extends Preset {
  /** Default hints that mean something else at this vendor. */
  readonly withoutDefaultHints?: readonly string[];
}
