import type { Preset } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';

/** One base URL for several protocols, as most vendors have it. */
export function sameBase(baseUrl: string, protocols: readonly ProtocolName[]): Preset['protocols'] {
  return Object.fromEntries(protocols.map((protocol) => [protocol, baseUrl]));
}
