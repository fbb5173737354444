import { problemOfBaseUrl } from '../../config/base-url.ts';
import { presetOfAddress } from '../../config/preset-of-address.ts';
import type { ProviderConfig } from '../../config/schema/gateway-config-schema.ts';
import type { PresetCatalogue } from '../../domain/preset.ts';
import type { ProtocolName } from '../../domain/protocol.ts';

/** What older programs call a protocol. */
export type OldDialect = 'openai' | 'anthropic' | 'google';

export interface SpokenAddress {
  readonly preset: string;
  readonly protocols: NonNullable<ProviderConfig['protocols']>;
  /** True where a version was put behind a base URL, because clients of that protocol wrote it themselves. */
  readonly isExtended: boolean;
}

const USUAL_OPENAI: readonly ProtocolName[] = ['openai-chat', 'openai-completions', 'openai-embeddings'];
const VERSIONED = /\/v\d+[a-z0-9]*$/iu;

/**
 * The preset and the base URLs of a provider that older programs knew by an address for each protocol. A vendor's own address gets the vendor's
 * preset, unless the vendor does not offer the protocol there. A text says what is wrong with an address.
 */
export function spokenAddress(bases: Readonly<Partial<Record<OldDialect, string>>>, presets: PresetCatalogue): SpokenAddress | string {
  const written = (Object.entries(bases) as [OldDialect, string][]).map(([dialect, base]) => [dialect, base.trim()] as const);
  const problem = written.map(([, base]) => problemOfBaseUrl(base)).find((found) => found !== null);
  if (problem !== undefined) return problem;
  const vendors = new Set(written.map(([, base]) => presetOfAddress(base, presets)));
  const vendor = presets.get(vendors.size === 1 ? ([...vendors][0] ?? '') : '');
  const spoken = written.map(([dialect, base]) => spokenAt(dialect, base));
  const offered = new Set(Object.keys(vendor?.protocols ?? {}));
  const isVendors = vendor !== undefined && spoken.every(({ main }) => offered.has(main));
  const protocols: Partial<Record<ProtocolName, string>> = {};
  for (const { main, url } of spoken) {
    const names = main !== 'openai-chat' ? [main] : isVendors ? [...offered].filter((name) => name.startsWith('openai-')) : USUAL_OPENAI;
    for (const name of names) protocols[name as ProtocolName] = url;
  }
  return { preset: isVendors ? vendor.id : 'custom', protocols, isExtended: spoken.some(({ isExtended }) => isExtended) };
}

function spokenAt(dialect: OldDialect, base: string): { readonly main: ProtocolName; readonly url: string; readonly isExtended: boolean } {
  const path = new URL(base).pathname.replace(/\/+$/u, '');
  // Google's own layer for clients of OpenAI.
  if (dialect === 'openai' || (dialect === 'google' && path.endsWith('/openai'))) return { main: 'openai-chat', url: base, isExtended: false };
  const [main, version]: readonly [ProtocolName, string] = dialect === 'anthropic' ? ['anthropic-messages', '/v1'] : ['gemini-generate', '/v1beta'];
  if (path === '' || VERSIONED.test(path)) return { main, url: base, isExtended: false };
  return { main, url: base.replace(/\/+$/u, '') + version, isExtended: true };
}
