import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { decryptBytes, encryptBytes } from './aes-gcm.ts';
import type { MasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';
import { readSealedText, writeSealedText } from './sealed-text.ts';

/** A key that seals secrets, itself sealed by the master key. */
export interface SealedDataKey {
  /** 16 hex digits. */
  readonly id: string;
  /** `datakey:v1:<masterKeyId>:…`. */
  readonly sealed: string;
  readonly createdAtMs: number;
}

export function makeDataKey(masterKey: MasterKey, nowMs: number): SealedDataKey {
  const id = randomBytes(8).toString('hex');
  return { id, sealed: sealDataKey(masterKey, id, randomBytes(32)), createdAtMs: nowMs };
}

/** @throws {SealError} `wrong-master-key` or `broken-seal`. */
export function openDataKey(masterKey: MasterKey, dataKey: SealedDataKey): KeyObject {
  return createSecretKey(openBytes(masterKey, dataKey));
}

/** The same data key under another master key. @throws {SealError} as {@link openDataKey}. */
export function resealDataKey(oldKey: MasterKey, newKey: MasterKey, dataKey: SealedDataKey): SealedDataKey {
  return { ...dataKey, sealed: sealDataKey(newKey, dataKey.id, openBytes(oldKey, dataKey)) };
}

/** Id of the master key that a data key needs; null when the record is damaged. */
export function masterKeyIdOf(dataKey: SealedDataKey): string | null {
  return readSealedText('datakey', dataKey.sealed)?.keyId ?? null;
}

function sealDataKey(masterKey: MasterKey, id: string, bytes: Buffer): string {
  return writeSealedText('datakey', { keyId: masterKey.id, body: encryptBytes(masterKey.key, bytes, associatedOf(id)) });
}

function openBytes(masterKey: MasterKey, dataKey: SealedDataKey): Buffer {
  const read = readSealedText('datakey', dataKey.sealed);
  if (read !== null && read.keyId !== masterKey.id)
    throw new SealError(
      'wrong-master-key',
      `The data key ${dataKey.id} was sealed with the master key ${read.keyId}, not with ${masterKey.id}; give the key that sealed it.`,
    );
  const bytes = read === null ? null : decryptBytes(masterKey.key, read.body, associatedOf(dataKey.id));
  if (bytes === null) throw new SealError('broken-seal', `The data key ${dataKey.id} is damaged; restore the database from a backup.`);
  return bytes;
}

function associatedOf(id: string): string {
  return JSON.stringify(['datakey', 'v1', id]);
}
