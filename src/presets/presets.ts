import type { FailureHints, Preset, PresetCatalogue } from '../domain/preset.ts';
import { CHINESE_VENDOR_PRESETS } from './chinese-vendor-presets.ts';
import { CLOUD_PRESETS } from './cloud-presets.ts';
import { DEFAULT_FAILURE_HINTS } from './default-failure-hints.ts';
import { GENERIC_PRESETS } from './generic-presets.ts';
import { INFERENCE_HOST_PRESETS } from './inference-host-presets.ts';
import { LOCAL_PRESETS } from './local-presets.ts';
import { MODEL_MAKER_PRESETS } from './model-maker-presets.ts';
import type { PresetSource } from './preset-source.ts';

const HINT_KINDS = ['outOfQuota', 'accountWide', 'modelForbidden', 'modelMissing', 'keyRejected'] as const satisfies readonly (keyof FailureHints)[];

/** All vendors by id, each with the default failure hints joined to its own. */
export const PRESETS: PresetCatalogue = new Map(
  [...MODEL_MAKER_PRESETS, ...CHINESE_VENDOR_PRESETS, ...CLOUD_PRESETS, ...INFERENCE_HOST_PRESETS, ...LOCAL_PRESETS, ...GENERIC_PRESETS].map(
    (source) => [source.id, joinHints(source)],
  ),
);

function joinHints({ withoutDefaultHints = [], ...preset }: PresetSource): Preset {
  const failures: { -readonly [Kind in keyof FailureHints]: FailureHints[Kind] } = {};
  for (const kind of HINT_KINDS) {
    const defaults = DEFAULT_FAILURE_HINTS[kind].filter((hint) => !withoutDefaultHints.includes(hint));
    failures[kind] = [...new Set([...(preset.failures?.[kind] ?? []), ...defaults])];
  }
  return { ...preset, failures };
}
