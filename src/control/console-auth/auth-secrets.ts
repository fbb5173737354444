import { hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { generateJwtSecret, weaknessOfJwtSecret } from '../../security/sessions/jwt-secret.ts';
import { OperationError } from '../operation-error.ts';

/** What proves that tokens are ours. The same in every replica. */
export interface AuthSecrets {
  readonly jwtSecret: string;
  readonly csrfKey: Uint8Array;
  /** Of the cookie that a sign-in with an identity provider leaves with the browser. */
  readonly transactionKey: Uint8Array;
}

const KEY_BYTES = 32;

/**
 * The secret of access tokens from the environment, else from a file, which is made at the first start and never replaced; the other keys are
 * derived from it. Replicas have no file in common: they need JWT_SECRET.
 * @param environmentSecret JWT_SECRET; null or empty: unset.
 * @param path DATA_DIR/jwt.secret.
 * @throws {OperationError} `invalid_field`, with a sentence that names the variable or the file.
 */
export function loadAuthSecrets(environmentSecret: string | null, path: string): AuthSecrets {
  const given = environmentSecret?.trim() ?? '';
  const jwtSecret = given === '' ? readOrMake(path) : given;
  const weakness = weaknessOfJwtSecret(jwtSecret);
  if (weakness !== null && given !== '') throw new OperationError('invalid_field', `JWT_SECRET ${weakness}.`);
  if (weakness !== null) throw new OperationError('invalid_field', `${path} holds no secret of access tokens; delete it, and one is made.`);
  return { jwtSecret, csrfKey: deriveKey(jwtSecret, 'headgate csrf v1'), transactionKey: deriveKey(jwtSecret, 'headgate sign-in transaction v1') };
}

function deriveKey(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', use, KEY_BYTES));
}

function readOrMake(path: string): string {
  const known = readSecret(path);
  if (known !== null) return known;
  createSecretFile(path, generateJwtSecret());
  // Of two processes that start at once both use what the faster one wrote.
  return readSecret(path) ?? '';
}

function readSecret(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isFailure(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Mode 0600, whole or not at all, and never over another one. */
function createSecretFile(path: string, secret: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${secret}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (!isFailure(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
}

function isFailure(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
