import { resolve } from 'node:path';
import type { DatabaseConfig, DatabaseTls, ServerDatabaseConfig } from './database-config.ts';

export interface DatabaseUrlReport {
  /** What is wrong with the URL; never quotes it, because it may hold a password. */
  readonly problem: (message: string) => void;
  readonly warning: (message: string) => void;
}

type ServerKind = ServerDatabaseConfig['kind'];

const KINDS: Readonly<Record<string, DatabaseConfig['kind']>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
};
export const DEFAULT_PORTS: Readonly<Record<ServerKind, number>> = { postgres: 5432, mysql: 3306 };
/** In the spelling of PostgreSQL and in that of MySQL. */
const TLS_MODES: Readonly<Record<string, DatabaseTls['verify'] | 'off'>> = {
  disable: 'off',
  disabled: 'off',
  require: 'nothing',
  required: 'nothing',
  'verify-ca': 'issuer',
  verify_ca: 'issuer',
  'verify-full': 'issuer and name',
  verify_identity: 'issuer and name',
};
const MODE_NAMES = new Set(['sslmode', 'ssl-mode']);
const CA_NAMES = new Set(['sslrootcert', 'ssl-ca']);
const SOCKET_NAMES = new Set(['host', 'socket']);

/** Reads postgres://, postgresql://, mysql://, mariadb:// and sqlite: addresses; `+driver` behind the scheme is left aside, as other programs write it. */
export function readDatabaseUrl(text: string, directory: string, report: DatabaseUrlReport): DatabaseConfig | undefined {
  const scheme = /^(?<name>[a-z]+)(?:\+[a-z0-9]+)?:(?<rest>.*)$/isu.exec(text)?.groups;
  const kind = KINDS[scheme?.['name']?.toLowerCase() ?? ''];
  if (kind === undefined) {
    report.problem('must begin with postgres://, postgresql://, mysql://, mariadb:// or sqlite:');
    return undefined;
  }
  const rest = scheme?.['rest'] ?? '';
  return kind === 'sqlite' ? readSqlitePath(rest, directory, report) : readServerUrl(kind, rest, directory, report);
}

function readSqlitePath(rest: string, directory: string, report: DatabaseUrlReport): DatabaseConfig | undefined {
  const [path = '', query] = rest.replace(/^\/\//u, '').split('?');
  if (query !== undefined) report.warning('parameters of a sqlite: address have no effect');
  if (path === '' || path === '/' || path.includes(':memory:')) {
    report.problem('must name a file, as sqlite:./data/headgate.db or sqlite:///var/lib/headgate/headgate.db');
    return undefined;
  }
  // Three slashes and a dot are how some programs write a relative path.
  return { kind: 'sqlite', path: resolve(directory, path.startsWith('/./') ? path.slice(1) : path) };
}

function readServerUrl(kind: ServerKind, rest: string, directory: string, report: DatabaseUrlReport): ServerDatabaseConfig | undefined {
  const url = URL.parse(`${kind}:${rest}`);
  const parts = url === null ? null : decodeParts(url);
  if (url === null || parts === null) {
    report.problem('is no address that can be read; characters such as @ : / # % in a password are written as %40 %3A %2F %23 %25');
    return undefined;
  }
  const parameters = readParameters(url, directory, report);
  const host = parameters.socket ?? parts.host;
  const config = { kind, host, port: Number(url.port) || DEFAULT_PORTS[kind], ...parts.login, tls: parameters.tls };
  const missing = [host === '' ? 'a host' : '', config.user === '' ? 'a user' : '', config.database === '' ? 'a database' : ''].filter(Boolean);
  if (missing.length > 0) {
    report.problem(`must name ${missing.join(' and ')}, as ${kind}://user:password@host:${DEFAULT_PORTS[kind]}/headgate`);
    return undefined;
  }
  if (host.includes(',')) report.problem('names several hosts; one is taken');
  return config;
}

function decodeParts(url: URL) {
  try {
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/u, '$1');
    const database = decodeURIComponent(url.pathname.slice(1));
    return { host, login: { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database } };
  } catch {
    return null;
  }
}

function readParameters(url: URL, directory: string, report: DatabaseUrlReport): { tls: DatabaseTls | null; socket: string | undefined } {
  let mode: DatabaseTls['verify'] | 'off' = 'off';
  let caFile: string | null = null;
  let socket: string | undefined;
  for (const [name, value] of url.searchParams) {
    if (MODE_NAMES.has(name)) mode = readMode(name, value, report);
    else if (CA_NAMES.has(name)) caFile = resolve(directory, value);
    else if (SOCKET_NAMES.has(name) && value.startsWith('/')) socket = value;
    else report.warning(`the parameter ${name.slice(0, 40)} is not known here and has no effect`);
  }
  if (mode === 'off') {
    if (caFile !== null) report.problem('names certificates to trust, but no sslmode that encrypts: require, verify-ca or verify-full');
    return { tls: null, socket };
  }
  // As the programs of PostgreSQL do: who names an issuer wants it to be checked.
  return { tls: { verify: mode === 'nothing' && caFile !== null ? 'issuer' : mode, caFile }, socket };
}

function readMode(name: string, value: string, report: DatabaseUrlReport): DatabaseTls['verify'] | 'off' {
  const mode = TLS_MODES[value.toLowerCase()];
  if (mode === undefined)
    report.problem(`${name} must be disable, require, verify-ca or verify-full; others leave open whether the connection is encrypted`);
  return mode ?? 'off';
}
