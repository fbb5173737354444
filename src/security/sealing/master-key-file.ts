import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { generateMasterKey, parseMasterKey, serialiseMasterKey, type MasterKey } from './master-key.ts';
import { SealError } from './seal-error.ts';

/** Bits of a mode with which everybody on the machine could read or replace the key. */
const OTHERS = 0o007;

/** Where the next master key stands while a rotation runs. */
export function nextMasterKeyPath(path: string): string {
  return `${path}.next`;
}

/**
 * The master key in a file; null when there is no such file.
 * @throws {SealError} `bad-master-key` when it holds no key, or when everybody on the machine may read it.
 */
export function readMasterKeyFile(path: string): MasterKey | null {
  let text: string;
  try {
    // The group's bits are left alone: orchestrators set them on volumes.
    if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0)
      throw new SealError('bad-master-key', `${path} can be read by everybody on this machine; run "chmod 600" on it, or make a new master key.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isFailure(error, 'ENOENT')) return null;
    throw error;
  }
  return parseMasterKey(text, path);
}

/**
 * Writes a key file with mode 0600, whole or not at all, and never over another one.
 * @returns False when there is one already: two processes may start at once.
 */
export function createMasterKeyFile(path: string, masterKey: MasterKey): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${serialiseMasterKey(masterKey)}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (isFailure(error, 'EEXIST')) return false;
    throw error;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
  syncFolder(path);
  return true;
}

/** The next master key, in its file before anything is sealed with it: a new one, or that of a rotation that died. */
export function stageNextMasterKey(path: string): MasterKey {
  const next = nextMasterKeyPath(path);
  const made = generateMasterKey();
  return createMasterKeyFile(next, made) ? made : (readMasterKeyFile(next) ?? stageNextMasterKey(path));
}

/**
 * Puts the next master key into the place of the one before it, when the database is sealed with the next one. Whoever rotates and whoever
 * starts meanwhile may both do so.
 */
export function promoteNextMasterKey(path: string): void {
  try {
    renameSync(nextMasterKeyPath(path), path);
  } catch (error) {
    if (!isFailure(error, 'ENOENT')) throw error;
  }
  syncFolder(path);
}

function syncFolder(path: string): void {
  // Windows cannot open a folder.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function isFailure(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
