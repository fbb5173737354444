import type { ProviderConfig } from './schema/gateway-config-schema.ts';

/** `rest` makes a provider of kind rest, everything else one of kind llm, unless `kind` says otherwise. */
export function kindOfProvider(provider: ProviderConfig): 'llm' | 'rest' {
  return provider.kind ?? (provider.preset === 'rest' ? 'rest' : 'llm');
}
