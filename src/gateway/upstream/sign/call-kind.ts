import type { CallKind } from '../../../domain/dialect.ts';
import type { ExchangeProtocol } from '../../../domain/protocol.ts';

const COUNTS = /(?:\/count_tokens|:countTokens)$/u;
const EMBEDS = /:(?:embedContent|batchEmbedContents)$/u;

/** What a call asks for, told by the protocol's own path. */
export function callKindOf(protocol: ExchangeProtocol, path: string, stream: boolean): CallKind {
  if (protocol === 'pass-through' || protocol === 'rest' || EMBEDS.test(path)) return 'other';
  if (COUNTS.test(path)) return 'count';
  return stream ? 'stream' : 'answer';
}
