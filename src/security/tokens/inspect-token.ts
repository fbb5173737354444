import { RANDOM_LENGTH } from './make-token.ts';
import { CHECKSUM_LENGTH, tokenChecksum } from './token-checksum.ts';
import { TOKEN_PREFIXES, type TokenKind } from './token-kinds.ts';

/** `whole`: could be one of ours. `mistyped`: begins like one of ours, but a character is wrong or missing. `foreign`: somebody's own. */
export interface TokenLook {
  readonly look: 'whole' | 'mistyped' | 'foreign';
  readonly kind: TokenKind | null;
}

/** The longer prefix first: the one of virtual keys begins all others. */
const KINDS = (Object.entries(TOKEN_PREFIXES) as [TokenKind, string][]).toSorted(([, a], [, b]) => b.length - a.length);

/** What a text looks like, without asking anybody whether it is valid: a typo can be named, and needs no look-up. */
export function inspectToken(text: string): TokenLook {
  const [kind, prefix] = KINDS.find(([, candidate]) => text.startsWith(candidate)) ?? [null, ''];
  if (kind === null) return { look: 'foreign', kind: null };
  const body = text.slice(prefix.length);
  const isShaped = body.length === RANDOM_LENGTH + CHECKSUM_LENGTH && /^[0-9A-Za-z]+$/u.test(body);
  const isWhole = isShaped && tokenChecksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
  return { look: isWhole ? 'whole' : 'mistyped', kind };
}
