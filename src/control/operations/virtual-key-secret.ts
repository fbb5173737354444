import { previewSecret } from '../../security/tokens/preview-secret.ts';
import { secretDigest } from '../../config/secret-digest.ts';
import { isWellKnownSecret } from '../../config/weak-secret.ts';
import { OperationError } from '../operation-error.ts';

type Body = Readonly<Record<string, unknown>>;

const SHORTEST = 8;
const LONGEST = 512;
const HASH_PREFIX = 'sha256:';
/** The same words whichever key has it, so that nobody learns whose it is. */
const TAKEN = 'is taken; choose another one';

/** Hash and preview of a virtual key's secret: all that is kept of it. */
export function storedFormOf(secret: string): { readonly secretHash: string; readonly preview: string } {
  return { secretHash: HASH_PREFIX + secretDigest(secret), preview: previewSecret(secret) };
}

/** The hash of a virtual key's present secret, whichever way its body holds it; null: it has none. */
export function secretHashOf({ secret, secretHash }: Body): string | null {
  if (typeof secret === 'string') return HASH_PREFIX + secretDigest(secret);
  return typeof secretHash === 'string' ? secretHash : null;
}

/** Every hash that opens a door of this virtual key. */
function hashesOf(body: Body): readonly string[] {
  const { previousSecretHash } = body;
  return [secretHashOf(body), previousSecretHash].filter((hash) => typeof hash === 'string');
}

/** Why a text that somebody chose cannot be the secret of a virtual key, as the end of a sentence; null: it can. */
export function problemOfSecret(secret: string): string | null {
  if (!/^[\x21-\x7e]*$/u.test(secret)) return 'must be one word of visible ASCII characters';
  if (secret.length < SHORTEST) return `must have at least ${SHORTEST} characters`;
  if (secret.length > LONGEST) return `must have at most ${LONGEST} characters`;
  return isWellKnownSecret(secret) ? 'is a well-known example value; choose a secret of your own' : null;
}

/** The same for a secret whose hash is looked for among those of other virtual keys. */
export function problemOfHash(secretHash: string, others: Iterable<Body>): string | null {
  for (const body of others) if (hashesOf(body).includes(secretHash)) return TAKEN;
  return null;
}

/**
 * A virtual key's body as the database holds it: with hash and preview in the place of the secret.
 * @param others Bodies of all other virtual keys.
 * @throws {OperationError} `invalid_field`, or `already_exists` for a secret that opens another virtual key.
 */
export function withStoredSecret({ secret, ...body }: Body, others: Iterable<Body>): Body {
  if (typeof secret === 'string' && body['secretHash'] !== undefined) throw wrong('secretHash', 'stands beside "secret"; one of the two is enough');
  const problem = typeof secret === 'string' ? problemOfSecret(secret) : null;
  if (problem !== null) throw wrong('secret', problem);
  const stored = typeof secret === 'string' ? { ...body, ...storedFormOf(secret) } : body;
  const field = typeof secret === 'string' ? 'secret' : 'secretHash';
  const hash = secretHashOf(stored);
  const taken = hash === null ? null : problemOfHash(hash, others);
  if (taken !== null) throw new OperationError('already_exists', `${field} ${taken}.`, { problems: [{ path: field, message: taken }] });
  return stored;
}

function wrong(path: string, message: string): OperationError {
  return new OperationError('invalid_field', `${path} ${message}.`, { problems: [{ path, message }] });
}
