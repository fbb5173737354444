import type { GatewayConfig } from './schema/gateway-config-schema.ts';

/** A checked configuration and what else its source said. */
export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** A file path, `environment`, or `nothing`. */
  readonly source: string;
  /** Sentences for the log of the start. */
  readonly warnings: readonly string[];
  /** Defaults for the start from files that carry them: variables win. */
  readonly server: { readonly host?: string; readonly port?: number };
  /** Longest wait for an answer that the source asks of all providers without a time of their own; null: the defaults. */
  readonly requestTimeoutMs: number | null;
}
