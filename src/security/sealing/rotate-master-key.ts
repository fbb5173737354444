import { masterKeyIdOf, openDataKey, resealDataKey, type SealedDataKey } from './data-key.ts';
import { makeKeyCheck } from './key-check.ts';
import type { MasterKey } from './master-key.ts';

/** What has to be stored in one transaction. */
export interface RotatedKeys {
  readonly keyCheck: string;
  readonly dataKeys: readonly SealedDataKey[];
}

/**
 * Seals all data keys with the new master key. The secrets stay as they are. Data keys that are already under the new one are kept,
 * so that a rotation that was cut short can be run again.
 * @throws {SealError} when a data key opens with neither; nothing is given then.
 */
export function rotateMasterKey(oldKey: MasterKey, newKey: MasterKey, dataKeys: readonly SealedDataKey[]): RotatedKeys {
  const resealed = dataKeys.map((dataKey) => {
    if (masterKeyIdOf(dataKey) !== newKey.id) return resealDataKey(oldKey, newKey, dataKey);
    openDataKey(newKey, dataKey);
    return dataKey;
  });
  return { keyCheck: makeKeyCheck(newKey), dataKeys: resealed };
}
