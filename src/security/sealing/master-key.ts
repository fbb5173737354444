import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { SealError } from './seal-error.ts';

const KEY_BYTES = 32;
/** 32 random bytes repeat themselves once or twice; fewer than this many different ones are no chance. */
const FEWEST_DIFFERENT_BYTES = 16;

/** The key that seals the data keys. Neither logging nor JSON shows what is in it. */
export interface MasterKey {
  /** Made from the key, 8 hex digits: says which key sealed something, tells nothing else. */
  readonly id: string;
  readonly key: KeyObject;
}

export function generateMasterKey(): MasterKey {
  return fromBytes(randomBytes(KEY_BYTES));
}

/**
 * Reads 32 bytes from 64 hex digits or from base64, with or without padding, also in its URL form.
 * @param origin Where the text stands, for the message.
 * @throws {SealError} `bad-master-key`.
 */
export function parseMasterKey(text: string, origin: string): MasterKey {
  const bytes = decode(text.trim());
  if (bytes === null)
    throw new SealError(
      'bad-master-key',
      `${origin} is not a master key: it needs 32 random bytes as base64 or as 64 hex digits, as "openssl rand -base64 32" makes them.`,
    );
  if (isGuessable(bytes)) throw new SealError('bad-master-key', `${origin} is not random; make a key with "openssl rand -base64 32".`);
  return fromBytes(bytes);
}

/** The key as base64, the form of the key file. */
export function serialiseMasterKey(masterKey: MasterKey): string {
  return masterKey.key.export().toString('base64');
}

function fromBytes(bytes: Buffer): MasterKey {
  const id = createHmac('sha256', bytes).update('headgate master key id').digest('hex').slice(0, 8);
  return { id, key: createSecretKey(bytes) };
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/iu.test(text)) return Buffer.from(text, 'hex');
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/u.test(text)) return null;
  return Buffer.from(text, 'base64');
}

function isGuessable(bytes: Buffer): boolean {
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  return new Set(bytes).size < FEWEST_DIFFERENT_BYTES || steps.size === 1;
}
