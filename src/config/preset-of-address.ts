import type { PresetCatalogue } from '../domain/preset.ts';

/** The vendor whose own origin an address has: its failure hints and prices hold for it. Undefined for any other address. */
export function presetOfAddress(address: string, presets: PresetCatalogue): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin } = new URL(address);
  for (const preset of presets.values()) {
    if (preset.local === true) continue;
    if (Object.values(preset.protocols).some((base) => base !== undefined && new URL(base).origin === origin)) return preset.id;
  }
  return undefined;
}
