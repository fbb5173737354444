import type { Preset } from '../domain/preset.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../domain/protocol.ts';
import { parseBaseUrl, problemOfBaseUrl } from './base-url.ts';
import type { Environment } from './expand-environment.ts';

/** Other names under which the address of a vendor is known. */
const FURTHER_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  openai: ['OPENAI_API_BASE'],
  'azure-openai': ['AZURE_OPENAI_ENDPOINT'],
  gemini: ['GOOGLE_GEMINI_BASE_URL'],
};

/** Variables that override the address of a preset: OPENAI_API_KEY has OPENAI_BASE_URL, a preset without a key variable is named by its id. */
export function baseUrlVariablesOf(preset: Preset): readonly string[] {
  const [first = preset.id] = preset.env ?? [];
  const stem = first
    .replace(/_(?:API_KEY|TOKEN|KEY)$/u, '')
    .replaceAll('-', '_')
    .toUpperCase();
  return [`${stem}_BASE_URL`, ...(FURTHER_VARIABLES[preset.id] ?? [])];
}

/** Base URLs by protocol when the environment names an address for this preset, else undefined. */
export function baseUrlsFromEnvironment(
  preset: Preset,
  environment: Environment,
  report: (variable: string, message: string) => void,
): Partial<Record<ProtocolName, string>> | undefined {
  for (const variable of baseUrlVariablesOf(preset)) {
    const written = environment[variable]?.trim();
    if (written === undefined || written === '') continue;
    const problem = problemOfBaseUrl(written);
    if (problem === null) return spreadAddress(written, preset);
    report(variable, problem);
    return undefined;
  }
  return undefined;
}

/**
 * One address for a vendor with several paths. A bare origin, or one that ends in a path of the preset, serves all protocols below it;
 * any other path is taken as written for the protocols that share the preset's first path. The vendor's own origin is never mixed in.
 */
function spreadAddress(written: string, preset: Preset): Partial<Record<ProtocolName, string>> {
  const address = parseBaseUrl(written);
  const paths = Object.entries(preset.protocols).map(([protocol, base]) => [protocol, parseBaseUrl(base).path] as const);
  if (paths.length === 0) return usualProtocols(address.path === '' ? address.origin + (preset.usualPath ?? '/v1') : address.href);
  const own = paths
    .map(([, path]) => path)
    .filter((path) => address.path.endsWith(path))
    .sort((left, right) => right.length - left.length)[0];
  const root = address.path === '' ? '' : own === undefined ? undefined : address.path.slice(0, address.path.length - own.length);
  if (root !== undefined) return Object.fromEntries(paths.map(([protocol, path]) => [protocol, address.origin + root + path]));
  const mainPath = paths[0]?.[1];
  return Object.fromEntries(paths.filter(([, path]) => path === mainPath).map(([protocol]) => [protocol, address.href]));
}

/** What a vendor of OpenAI's own protocols speaks at one address. */
function usualProtocols(base: string): Partial<Record<ProtocolName, string>> {
  return Object.fromEntries(PROTOCOL_NAMES.filter((name) => name.startsWith('openai-')).map((name) => [name, base]));
}
