import { inspectToken } from './inspect-token.ts';
import { TOKEN_PREFIXES } from './token-kinds.ts';

const SHOWN = 4;
/** Of a shorter secret that somebody chose, eight characters would be too much. */
const SHORTEST_SHOWN = 24;

/**
 * As much of a secret as helps to tell it from others: `hg-abcd…wxyz` for ours, `sk-…wxyz` like for long ones of others, `…` for short ones.
 * The last four of ours belong to the checksum.
 */
export function previewSecret(secret: string): string {
  const { look, kind } = inspectToken(secret);
  if (look === 'whole' && kind !== null) {
    const start = TOKEN_PREFIXES[kind].length + SHOWN;
    return `${secret.slice(0, start)}…${secret.slice(-SHOWN)}`;
  }
  return secret.length < SHORTEST_SHOWN ? '…' : `${secret.slice(0, SHOWN - 1)}…${secret.slice(-SHOWN)}`;
}
