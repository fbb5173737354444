import type { Target } from '../../config/snapshot.ts';
import type { CallKind } from '../../domain/dialect.ts';
import { offersCall } from '../../domain/offers-call.ts';
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
export function chooseSpoken(target: Target, kind: CallKind, serves: (protocol: ProtocolName) => boolean): ProtocolName | null {
  const { translateTo } = target.provider;
  if (translateTo !== null && speaks(target, translateTo, kind) && serves(translateTo)) return translateTo;
  return ORDER.find((protocol) => speaks(target, protocol, kind) && serves(protocol)) ?? null;
}

/** True when the provider offers such calls of the target's model in this protocol. */
export function speaks({ provider, model }: Target, protocol: ProtocolName, kind: CallKind): boolean {
  if (!provider.protocols.has(protocol) || !offersCall(provider.dialects.get(protocol), kind)) return false;
  const only = model === null ? null : provider.protocolOfModel(model.upstreamModel);
  return only === null || only === protocol;
}
