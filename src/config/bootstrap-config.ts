import type { AdminAccess } from './admin-access.ts';
import type { DatabaseConfig } from './database-config.ts';
import type { Origin } from './environment-reader.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const METRIC_FAMILIES = ['key_lb', 'api_lb', 'proxy'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type MetricFamily = (typeof METRIC_FAMILIES)[number];

/** What is known before the configuration is read; a change needs a restart. */
export interface BootstrapConfig extends AdminAccess {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: DatabaseConfig;
  /** Absolute path of the configuration file; null: none, the environment is the configuration. */
  readonly configFile: string | null;
  /** Absolute path of a state file of llm-apikey-lb that is taken over once; null: none. */
  readonly dataFile: string | null;
  readonly metricsPath: string;
  /** Families of older programs that /metrics shows besides its own. */
  readonly metricsCompat: readonly MetricFamily[];
  /** /metrics without a credential also away from loopback. */
  readonly metricsPublic: boolean;
  readonly logLevel: LogLevel;
  /** Null: no admin surface by token. */
  readonly adminToken: string | null;
  readonly globalProxyKeys: readonly string[];
  /** Null: as the settings of the configuration say. */
  readonly allowAnonymous: boolean | null;
  /** Longest wait for an answer of providers without a time of their own; null: the defaults. */
  readonly requestTimeoutMs: number | null;
  readonly httpsProxy: string | null;
  readonly noProxy: readonly string[];
  /** Whose forwarded-for chains are believed: nobody, everybody, so many hops, or these addresses. */
  readonly trustProxy: boolean | number | readonly string[];
  /** Where each value came from. */
  readonly origins: Readonly<Record<BootstrapName, Origin>>;
  /** Sentences for the log of the start. */
  readonly warnings: readonly string[];
}

export type BootstrapName = Exclude<keyof BootstrapConfig, 'origins' | 'warnings'>;
