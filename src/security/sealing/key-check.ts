import { decryptBytes, encryptBytes } from './aes-gcm.ts';
import type { MasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';
import { readSealedText, writeSealedText } from './sealed-text.ts';

const KNOWN_VALUE = 'headgate';

/** A known value under the master key. It is kept beside the sealed data, and later tells the right key from a wrong one. */
export function makeKeyCheck(masterKey: MasterKey): string {
  const body = encryptBytes(masterKey.key, Buffer.from(KNOWN_VALUE), associatedOf(masterKey.id));
  return writeSealedText('keycheck', { keyId: masterKey.id, body });
}

/** Whether this master key made the check. */
export function passesKeyCheck(masterKey: MasterKey, check: string): boolean {
  const read = readSealedText('keycheck', check);
  if (read === null) return false;
  return decryptBytes(masterKey.key, read.body, associatedOf(read.keyId))?.toString('utf8') === KNOWN_VALUE;
}

/**
 * To be asked at the start, before anything is read or written.
 * @throws {SealError} `wrong-master-key`.
 */
export function requireKeyCheck(masterKey: MasterKey, check: string, origin: string): void {
  if (passesKeyCheck(masterKey, check)) return;
  const made = readSealedText('keycheck', check);
  const needed = made === null ? 'its check value is damaged' : `it was sealed with the master key ${made.keyId}`;
  throw new SealError(
    'wrong-master-key',
    `The master key ${masterKey.id} from ${origin} does not open the stored secrets: ${needed}. Give the key that sealed them; nothing was changed.`,
  );
}

function associatedOf(masterKeyId: string): string {
  return JSON.stringify(['keycheck', 'v1', masterKeyId]);
}
