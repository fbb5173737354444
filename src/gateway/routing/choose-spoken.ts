import type { Target } from '../../config/snapshot.ts';
import type { ProtocolName } from '../../domain/protocol.ts';

/** What translates best first: chat is what most vendors serve best, legacy completions carry nothing but text. */
const ORDER: readonly ProtocolName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'openai-completions',
  'openai-embeddings',
];

/** The protocol in which a provider is told a call that came in another one: the vendor's own choice, else the first that serves. Null: none. */
export function chooseSpoken(target: Target, serves: (protocol: ProtocolName) => boolean): ProtocolName | null {
  const { translateTo } = target.provider;
  if (translateTo !== null && speaks(target, translateTo) && serves(translateTo)) return translateTo;
  return ORDER.find((protocol) => speaks(target, protocol) && serves(protocol)) ?? null;
}

/** True when the provider offers the target's model in this protocol. */
export function speaks({ provider, model }: Target, protocol: ProtocolName): boolean {
  if (!provider.protocols.has(protocol)) return false;
  const only = model === null ? null : provider.protocolOfModel(model.upstreamModel);
  return only === null || only === protocol;
}
