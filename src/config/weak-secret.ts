import { isWellKnownSecret } from '../domain/well-known-secret.ts';

export { isWellKnownSecret } from '../domain/well-known-secret.ts';

const SHORTEST = 8;

/** Why a secret must not guard the administration, as the end of a sentence; null when it may. */
export function weaknessOfSecret(secret: string): string | null {
  if (isWellKnownSecret(secret)) return 'is a well-known example value; choose a secret of your own';
  if (secret.length < SHORTEST) return `is shorter than ${SHORTEST} characters; choose a longer one`;
  if (new Set(secret).size < 4) return 'repeats the same few characters; choose a random one';
  return null;
}
