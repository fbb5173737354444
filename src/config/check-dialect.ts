import type { Dialect } from '../domain/dialect.ts';
import type { Preset } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';
import { kindOfProvider } from './kind-of-provider.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

const CONTROL = /[\u0000-\u001f\u007f]/u;

/** Checks what a provider adds to the addresses of its preset: constant query parameters, and bases that hold too much already. */
export function checkDialect(provider: ProviderConfig, preset: Preset, path: ConfigPath, problems: ConfigProblems): void {
  const place = [...path, 'query'];
  if (provider.query !== undefined && kindOfProvider(provider) === 'rest') problems.add(place, 'has no meaning for a provider of kind rest', 'name');
  for (const [name, value] of Object.entries(provider.query ?? {})) {
    if (name === '' || CONTROL.test(name) || CONTROL.test(value))
      problems.add([...place, name], 'must not be empty or hold control characters', 'name');
  }
  for (const [protocol, address] of Object.entries(provider.protocols ?? {}) as [ProtocolName, string][]) {
    const repeated = repeatedPart(address, preset.dialects?.[protocol]);
    if (repeated !== null) problems.add([...path, 'protocols', protocol], `must end before ${repeated}, which the gateway adds itself`);
  }
}

/** The part of a path that the base URL has and the dialect would write a second time. */
function repeatedPart(address: string, dialect: Dialect | undefined): string | null {
  if (!URL.canParse(address)) return null;
  const path = `${new URL(address).pathname}/`;
  for (const { path: template } of Object.values(dialect?.calls ?? {})) {
    const [first = ''] = /^\/[^{}/:]+/u.exec(template) ?? [];
    if (first !== '' && path.includes(`${first}/`)) return first;
  }
  return null;
}
