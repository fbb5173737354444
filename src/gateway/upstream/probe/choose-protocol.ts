import type { CompiledProvider } from '../../../config/snapshot.ts';
import type { UpstreamModel } from '../../../domain/ids.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';

/** Where lists of models are the most telling first; embeddings last, for they are no use for other models. */
const IN_ORDER: readonly ProtocolName[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'openai-completions',
  'openai-embeddings',
];

/** The protocol in which a provider is asked for its models; null: it has no list, as clouds that sell models one by one. */
export function protocolOfList(provider: CompiledProvider): ProtocolName | null {
  return candidates(provider).find((protocol) => mayList(provider, protocol)) ?? null;
}

/** The protocol in which a model is asked for a word; null: the provider speaks none. */
export function protocolOfTest(provider: CompiledProvider, model: string): ProtocolName | null {
  const only = provider.protocolOfModel(model as UpstreamModel);
  if (only !== null && provider.protocols.has(only)) return only;
  return candidates(provider)[0] ?? null;
}

function candidates(provider: CompiledProvider): readonly ProtocolName[] {
  const wanted = provider.translateTo === null ? IN_ORDER : [provider.translateTo, ...IN_ORDER];
  return wanted.filter((protocol) => provider.protocols.has(protocol));
}

function mayList(provider: CompiledProvider, protocol: ProtocolName): boolean {
  const calls = provider.dialects.get(protocol)?.calls;
  return calls === undefined || calls.other !== undefined;
}
