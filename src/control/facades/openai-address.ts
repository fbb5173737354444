import { parseBaseUrl, resolveBaseUrl } from '../../config/base-url.ts';
import { presetIdOf } from '../../config/check-provider.ts';
import { presetOfAddress } from '../../config/preset-of-address.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ProtocolName } from '../../domain/protocol.ts';

type Body = Readonly<Record<string, unknown>>;

const USUAL: readonly ProtocolName[] = ['openai-chat', 'openai-completions', 'openai-embeddings'];

/** What is asked of one base URL that speaks as OpenAI does: all that the vendor offers there, the usual calls elsewhere. */
export function openaiProtocols(preset: string, base: string, presets: PresetCatalogue): NonNullable<ProviderConfig['protocols']> {
  const offered = Object.keys(presets.get(preset)?.protocols ?? {}).filter((name) => name.startsWith('openai-'));
  const names = presetOfAddress(base, presets) === preset ? offered : USUAL;
  return Object.fromEntries(names.map((name) => [name, base]));
}

/** The base URL for clients of OpenAI, else the first one; of a REST API its target. Empty: the provider has none. */
export function addressOf(body: Body, presets: PresetCatalogue): string {
  const { protocols, rest } = body as ProviderConfig;
  if (rest !== undefined) return rest.targetUrl;
  const spoken = protocols ?? presets.get(presetOf(body))?.protocols ?? {};
  return spoken['openai-chat'] ?? Object.values(spoken)[0] ?? '';
}

export function presetOf(body: Body): string {
  return presetIdOf(body as ProviderConfig);
}

/** Whether two base URLs of a preset are one, however they are written. Both have been found usable. */
export function isSameAddress(a: string, b: string, presetId: string, presets: PresetCatalogue): boolean {
  const preset = presets.get(presetId);
  const hrefOf = (base: string): string => (preset === undefined ? parseBaseUrl(base) : resolveBaseUrl(base, 'openai-chat', preset)).href;
  return a !== '' && b !== '' && hrefOf(a) === hrefOf(b);
}
