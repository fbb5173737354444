import type { GatewaySnapshot } from '../../config/snapshot.ts';
import type { ProviderId } from '../../domain/ids.ts';
import type { PathMatch } from './match-path.ts';

/** Under /llm a call that passes unread goes to a base URL that its provider has: where the guessed protocol is not spoken, its first one. */
export function withOwnProtocol(match: PathMatch, snapshot: GatewaySnapshot): PathMatch {
  if (match.provider === null || match.protocol !== 'pass-through' || match.base === null) return match;
  const provider = snapshot.providersById.get(match.provider as ProviderId);
  if (provider === undefined || provider.protocols.has(match.base)) return match;
  const [first] = provider.protocols.keys();
  return first === undefined ? match : { ...match, base: first };
}
