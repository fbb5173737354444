import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { problemOfAddressRange } from './address-matcher.ts';
import { type BootstrapConfig, LOG_LEVELS, METRIC_FAMILIES } from './bootstrap-config.ts';
import { isProxyUrl } from './check-provider.ts';
import { EnvironmentReader, type Setting } from './environment-reader.ts';
import type { Environment } from './expand-environment.ts';
import { NAMED_RANGES } from './named-ranges.ts';
import { readAdminAccess } from './read-admin-access.ts';
import { readDatabase } from './read-database.ts';
import { isWellKnownSecret, weaknessOfSecret } from './weak-secret.ts';

export interface BootstrapOptions {
  /** Default: the working directory of the process. */
  readonly workingDirectory?: string;
  /** Names of variables that came from `.env`. */
  readonly fromFile?: ReadonlySet<string>;
}

const DEFAULT_PORT = 8787;
const LOOPBACK_HOST = '127.0.0.1';
const DEFAULT_CONFIG_FILE = 'headgate.yaml';
const LONGEST_TIMEOUT_SECONDS = 86_400;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?)$/u;
/** Paths that have a meaning of their own. */
const RESERVED_PATHS = /^\/(?:$|v1(?:beta)?(?:\/|$)|api(?:\/|$)|admin(?:\/|$)|llm(?:\/|$)|proxy(?:\/|$)|public(?:\/|$)|health(?:\/|$)|docs(?:\/|$))/u;

/** Reads the settings of the start from variables. Throws ConfigError with a sentence for each variable that cannot be used. */
export function readBootstrap(environment: Environment, options: BootstrapOptions = {}): BootstrapConfig {
  const directory = options.workingDirectory ?? process.cwd();
  const reader = new EnvironmentReader(environment, options.fromFile ?? new Set());
  const dataDir = mapped(reader.text(['DATA_DIR'], './data'), (path) => resolve(directory, path));
  const database = readDatabase(reader, directory, dataDir.value);
  const settings = { ...readSettings(reader, directory), dataDir, database: database.setting };
  reader.throwIfAny();
  const entries = Object.entries<Setting<unknown>>(settings);
  return {
    ...(Object.fromEntries(entries.map(([name, { value }]) => [name, value])) as {
      [Name in keyof typeof settings]: (typeof settings)[Name]['value'];
    }),
    origins: Object.fromEntries(entries.map(([name, { origin }]) => [name, origin])) as Record<keyof typeof settings, string>,
    warnings: [...database.warnings, ...warnOfRedis(reader)],
  };
}

/** Redis is named in the configurations of older programs; who relies on it has to know. */
function warnOfRedis(reader: EnvironmentReader): readonly string[] {
  const places = [reader.text(['REDIS_URL'], ''), reader.text(['REDIS_HOST'], '')];
  const isCache = reader.text(['CACHE_TYPE'], '').value.toLowerCase() === 'redis';
  const isSet = isCache || places.some(({ value }) => value !== '');
  return isSet
    ? ['Redis (REDIS_URL, REDIS_HOST, CACHE_TYPE) is not used in this version: limits and the state of keys are those of one process.']
    : [];
}

function readSettings(reader: EnvironmentReader, directory: string) {
  return {
    port: reader.wholeNumber(['PORT', 'BACKEND_PORT'], DEFAULT_PORT, 0, 65_535),
    host: readHost(reader),
    configFile: readConfigFile(reader, directory),
    dataFile: reader.read<string | null>(['DATA_FILE'], null, (text) => resolve(directory, text)),
    metricsPath: readMetricsPath(reader),
    metricsCompat: readMetricsCompat(reader),
    metricsPublic: reader.flag(['METRICS_PUBLIC'], false),
    logLevel: readLogLevel(reader),
    adminToken: readAdminToken(reader),
    globalProxyKeys: readGlobalProxyKeys(reader),
    allowAnonymous: readAllowAnonymous(reader),
    requestTimeoutMs: readRequestTimeout(reader),
    httpsProxy: readHttpsProxy(reader),
    noProxy: reader.list(['NO_PROXY', 'no_proxy'], []),
    trustProxy: readTrustProxy(reader),
    ...readAdminAccess(reader),
  };
}

function mapped<From, To>({ value, origin }: Setting<From>, change: (value: From) => To): Setting<To> {
  return { value: change(value), origin };
}

function readHost(reader: EnvironmentReader): Setting<string> {
  return reader.read(['HOST'], LOOPBACK_HOST, (text, report) => {
    const host = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
    if (HOST.test(host)) return host;
    report('must be an address or a host name to listen on, as 127.0.0.1 or 0.0.0.0');
    return undefined;
  });
}

/** `config.yaml` is read only where CONFIG_FILE names it: too many programs have a file of that name. */
function readConfigFile(reader: EnvironmentReader, directory: string): Setting<string | null> {
  const named = reader.read<string | null>(['CONFIG_FILE'], null, (text) => resolve(directory, text));
  if (named.value !== null) return named;
  const usual = resolve(directory, DEFAULT_CONFIG_FILE);
  return existsSync(usual) ? { value: usual, origin: `file ${DEFAULT_CONFIG_FILE}` } : named;
}

function readMetricsPath(reader: EnvironmentReader): Setting<string> {
  return reader.read(['METRICS_PATH'], '/metrics', (text, report) => {
    if (/^(?:\/[A-Za-z0-9._~-]+)+$/u.test(text) && !RESERVED_PATHS.test(text)) return text;
    report('must be a path of its own, as /metrics');
    return undefined;
  });
}

function readMetricsCompat(reader: EnvironmentReader): BootstrapSetting<'metricsCompat'> {
  return reader.read(['METRICS_COMPAT'], ['key_lb', 'proxy'], (text, report) => {
    const names = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '' && entry !== 'none');
    const known = METRIC_FAMILIES.filter((family) => names.includes(family));
    if (names.every((name) => known.some((family) => family === name))) return known;
    report(`must be a list of ${METRIC_FAMILIES.join(', ')}, or none`);
    return undefined;
  });
}

function readLogLevel(reader: EnvironmentReader): BootstrapSetting<'logLevel'> {
  return reader.read(['LOG_LEVEL'], 'info', (text, report) => {
    const level = LOG_LEVELS.find((name) => name === text.toLowerCase());
    if (level === undefined) report(`must be ${LOG_LEVELS.slice(0, -1).join(', ')} or silent`);
    return level;
  });
}

function readAdminToken(reader: EnvironmentReader): Setting<string | null> {
  return reader.read<string | null>(['ADMIN_TOKEN', 'ADMIN_KEY'], null, (text, report) => {
    const weakness = weaknessOfSecret(text);
    if (weakness !== null) report(weakness);
    return text;
  });
}

function readGlobalProxyKeys(reader: EnvironmentReader): Setting<readonly string[]> {
  return reader.read<readonly string[]>(['GLOBAL_PROXY_KEYS'], [], (text, report) => {
    const keys = [
      ...new Set(
        text
          .split(',')
          .map((entry) => entry.trim())
          .filter((entry) => entry !== ''),
      ),
    ];
    for (const [index, key] of keys.entries()) {
      if (isWellKnownSecret(key)) report(`entry ${index + 1} is a well-known example value; choose a secret of your own`);
      if (!/^[\x21-\x7e]+$/u.test(key)) report(`entry ${index + 1} must be one word of visible ASCII characters`);
    }
    return keys;
  });
}

function readAllowAnonymous(reader: EnvironmentReader): Setting<boolean | null> {
  const flag = reader.flag(['ALLOW_ANONYMOUS'], false);
  return flag.origin === 'default' ? { value: null, origin: 'default' } : flag;
}

function readRequestTimeout(reader: EnvironmentReader): Setting<number | null> {
  const seconds = reader.wholeNumber(['PROXY_TIMEOUT', 'REQUEST_TIMEOUT_SECS'], 0, 1, LONGEST_TIMEOUT_SECONDS);
  return mapped(seconds, (value) => (value === 0 ? null : value * 1000));
}

function readHttpsProxy(reader: EnvironmentReader): Setting<string | null> {
  return reader.read<string | null>(['HTTPS_PROXY', 'https_proxy'], null, (text, report) => {
    if (isProxyUrl(text)) return text;
    report('must be the URL of an HTTP proxy, as http://proxy:3128');
    return undefined;
  });
}

function readTrustProxy(reader: EnvironmentReader): BootstrapSetting<'trustProxy'> {
  return reader.read<BootstrapConfig['trustProxy']>(['TRUST_PROXY'], false, (text, report) => {
    const lower = text.toLowerCase();
    if (lower === 'true' || lower === 'false') return lower === 'true';
    if (/^\d{1,2}$/u.test(text)) return Number(text);
    const addresses = lower.split(',').map((entry) => entry.trim());
    if (addresses.every((address) => NAMED_RANGES.has(address) || problemOfAddressRange(address) === null)) return addresses;
    report('must be true, false, a number of hops, or a list of addresses, CIDR ranges, loopback, linklocal and uniquelocal');
    return undefined;
  });
}

type BootstrapSetting<Name extends keyof BootstrapConfig> = Setting<BootstrapConfig[Name]>;
