import type { Dialect } from '../domain/dialect.ts';
import type { Preset } from '../domain/preset.ts';
import type { ProtocolName } from '../domain/protocol.ts';
import type { ProviderConfig } from './schema/gateway-config-schema.ts';

/** The dialects of those protocols that the provider speaks, with the operator's own query parameters. */
export function compileDialects({ query }: ProviderConfig, preset: Preset, protocols: Iterable<ProtocolName>): ReadonlyMap<ProtocolName, Dialect> {
  const dialects = new Map<ProtocolName, Dialect>();
  for (const protocol of protocols) {
    const dialect = preset.dialects?.[protocol];
    if (query !== undefined) dialects.set(protocol, { ...dialect, query: { ...dialect?.query, ...query } });
    else if (dialect !== undefined) dialects.set(protocol, dialect);
  }
  return dialects;
}

/** Tells the only protocol in which a model is offered; null: any that the provider speaks. */
export function compileProtocolOfModel({ protocolByModel }: Preset): (upstreamModel: string) => ProtocolName | null {
  const parts = Object.entries(protocolByModel ?? {}) as [string, ProtocolName][];
  if (parts.length === 0) return () => null;
  return (upstreamModel) => parts.find(([part]) => upstreamModel.includes(part))?.[1] ?? null;
}
