import { isMetadataHost } from '../lib/network-address.ts';
import type { Preset, PresetCatalogue } from '../domain/preset.ts';
import { schemesOf } from './auth-of.ts';
import { problemOfBaseUrl } from './base-url.ts';
import { checkAuth } from './check-auth.ts';
import { checkDialect } from './check-dialect.ts';
import { checkHeaders } from './check-headers.ts';
import { checkKeys } from './check-keys.ts';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { kindOfProvider } from './kind-of-provider.ts';
import { nearestName } from './nearest-name.ts';
import { safeQuote } from './safe-quote.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

/** Checks what the shape of a provider cannot say: names that must exist, and fields that must fit each other. */
export function checkProvider(provider: ProviderConfig, path: ConfigPath, presets: PresetCatalogue, problems: ConfigProblems): void {
  const preset = checkPreset(provider, path, presets, problems);
  if (preset !== undefined) {
    checkKind(provider, preset, path, problems);
    checkAuth(provider, preset, path, problems);
    checkDialect(provider, preset, path, problems);
    checkKeys(provider.keys ?? [], schemesOf(provider, preset), [...path, 'keys'], problems);
  }
  checkAddresses(provider, path, problems);
  checkModels(provider, path, problems);
  checkHeaders(provider, path, problems);
}

/** The id of the preset that fills what a provider leaves out. */
export function presetIdOf(provider: ProviderConfig): string {
  return provider.preset ?? (provider.kind === 'rest' ? 'rest' : 'custom');
}

function checkPreset(provider: ProviderConfig, path: ConfigPath, presets: PresetCatalogue, problems: ConfigProblems): Preset | undefined {
  const id = presetIdOf(provider);
  const preset = presets.get(id);
  if (preset === undefined) {
    const near = nearestName(id, presets.keys());
    problems.add(
      [...path, 'preset'],
      ['unknown preset', safeQuote(id)].filter(Boolean).join(' ') + (near === undefined ? '' : `, did you mean "${near}"?`),
    );
  }
  return preset;
}

function checkKind(provider: ProviderConfig, preset: Preset, path: ConfigPath, problems: ConfigProblems): void {
  if (kindOfProvider(provider) === 'rest') {
    if (provider.rest === undefined) problems.add(path, 'needs the field "rest" with a targetUrl, because its kind is rest');
    for (const field of ['protocols', 'models', 'streamUsage'] as const) {
      if (provider[field] !== undefined) problems.add([...path, field], 'has no meaning for a provider of kind rest', 'name');
    }
    return;
  }
  if (provider.rest !== undefined) problems.add([...path, 'rest'], 'has no meaning for a provider of kind llm; write "kind: rest"', 'name');
  if (provider.protocols === undefined && Object.keys(preset.protocols).length === 0) {
    const example = preset.addressExample === undefined ? '' : `; it looks like ${preset.addressExample}`;
    problems.add(path, `needs the field "protocols", because the preset ${preset.id} has no address of its own${example}`);
  }
}

function checkAddresses(provider: ProviderConfig, path: ConfigPath, problems: ConfigProblems): void {
  for (const [protocol, url] of Object.entries(provider.protocols ?? {})) {
    const problem = url === undefined ? null : problemOfBaseUrl(url);
    if (problem !== null) problems.add([...path, 'protocols', protocol], problem);
  }
  const restProblem = provider.rest === undefined ? null : problemOfBaseUrl(provider.rest.targetUrl);
  if (restProblem !== null) problems.add([...path, 'rest', 'targetUrl'], restProblem);
  if (provider.proxyUrl !== undefined && !isProxyUrl(provider.proxyUrl))
    problems.add([...path, 'proxyUrl'], 'must be the URL of an HTTP proxy, as http://proxy:3128');
}

/** A proxy may have credentials in its URL, but neither path nor query. */
export function isProxyUrl(written: string): boolean {
  if (!URL.canParse(written)) return false;
  const { protocol, hostname, pathname, search, hash } = new URL(written);
  const isCallable = (protocol === 'http:' || protocol === 'https:') && hostname !== '' && !isMetadataHost(hostname);
  return isCallable && pathname === '/' && search === '' && hash === '';
}

function checkModels(provider: ProviderConfig, path: ConfigPath, problems: ConfigProblems): void {
  const seen = new Map<string, number>();
  for (const [index, model] of (provider.models ?? []).entries()) {
    const name = typeof model === 'string' ? model : model.name;
    const place: ConfigPath = typeof model === 'string' ? [...path, 'models', index] : [...path, 'models', index, 'name'];
    const earlier = seen.get(name);
    if (earlier !== undefined) problems.add(place, `repeats the public model of models[${earlier}]`);
    else seen.set(name, index);
    if (name.includes('*') && (name !== '*' || typeof model !== 'string'))
      problems.add(place, 'must be one name; only "*" alone stands for any model');
  }
}
