import { passesKeyCheck, requireKeyCheck } from './key-check.ts';
import { createMasterKeyFile, nextMasterKeyPath, promoteNextMasterKey, readMasterKeyFile } from './master-key-file.ts';
import { generateMasterKey, parseMasterKey, type MasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';

/** `keyCheck`: the stored one; null while nothing was ever sealed. `environmentValue`: of HEADGATE_MASTER_KEY, null when unset. */
export interface MasterKeySources {
  readonly environmentValue: string | null;
  readonly path: string;
  readonly keyCheck: string | null;
}

/**
 * The master key of this start: from the environment, else from its file, which is made when nothing is sealed yet.
 * A rotation that stored its result and then died is ended here.
 * @throws {SealError} when the key is missing, unreadable or not the one that sealed the data; nothing is changed then.
 */
export function findMasterKey({ environmentValue, path, keyCheck }: MasterKeySources): MasterKey {
  if (environmentValue !== null) {
    const masterKey = parseMasterKey(environmentValue, 'HEADGATE_MASTER_KEY');
    if (keyCheck !== null) requireKeyCheck(masterKey, keyCheck, 'HEADGATE_MASTER_KEY');
    return masterKey;
  }
  return findInFiles(path, keyCheck);
}

function findInFiles(path: string, keyCheck: string | null): MasterKey {
  const masterKey = readMasterKeyFile(path);
  if (keyCheck === null) return masterKey ?? createKey(path);
  if (masterKey !== null && passesKeyCheck(masterKey, keyCheck)) return masterKey;
  const next = readMasterKeyFile(nextMasterKeyPath(path));
  if (next !== null && passesKeyCheck(next, keyCheck)) {
    promoteNextMasterKey(path);
    return next;
  }
  if (masterKey !== null) requireKeyCheck(masterKey, keyCheck, path);
  throw new SealError(
    'missing-master-key',
    `The database holds sealed secrets, but ${path} is not there; put the file back or set HEADGATE_MASTER_KEY. Nothing was changed.`,
  );
}

function createKey(path: string): MasterKey {
  const made = generateMasterKey();
  if (createMasterKeyFile(path, made)) return made;
  const found = readMasterKeyFile(path);
  if (found === null) throw new SealError('missing-master-key', `${path} was there and is gone; start again.`);
  return found;
}
