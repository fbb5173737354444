import { join, resolve } from 'node:path';
import type { DatabaseConfig, ServerDatabaseConfig } from './database-config.ts';
import type { EnvironmentReader, Setting } from './environment-reader.ts';
import { DEFAULT_PORTS, readDatabaseUrl } from './read-database-url.ts';

const TYPES: Readonly<Record<string, DatabaseConfig['kind']>> = {
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};
const DEFAULT_NAME = 'headgate';

/** Which database: a URL, else DB_TYPE with its parts, else the path of a SQLite file, else `headgate.db` of the data folder. */
export function readDatabase(
  reader: EnvironmentReader,
  directory: string,
  dataDir: string,
): { readonly setting: Setting<DatabaseConfig>; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const url = reader.read<DatabaseConfig | null>(['DATABASE_URL', 'DB_URL'], null, (text, report) =>
    readDatabaseUrl(text, directory, { problem: report, warning: (message) => warnings.push(`The address of the database: ${message}.`) }),
  );
  const type = reader.read<DatabaseConfig['kind'] | null>(['DB_TYPE'], null, (text, report) => {
    const kind = TYPES[text.toLowerCase()];
    if (kind === undefined) report('must be sqlite, postgres or mysql');
    return kind;
  });
  const parts = readParts(reader);
  const path = reader.text(['DATABASE_PATH', 'DB_PATH'], '');
  if (url.value !== null) return { setting: { value: url.value, origin: url.origin }, warnings };
  if (type.value !== null && type.value !== 'sqlite') {
    const { host, port, user, password, database } = parts;
    const value: ServerDatabaseConfig = {
      kind: type.value,
      host: host.value,
      port: port.value === 0 ? DEFAULT_PORTS[type.value] : port.value,
      user: user.value,
      password: password.value,
      database: database.value,
      tls: null,
    };
    return { setting: { value, origin: type.origin }, warnings };
  }
  if (type.value === null && parts.host.origin !== 'default') warnings.push('DB_HOST has no effect without DB_TYPE: the database is SQLite.');
  if (path.value !== '') return { setting: { value: { kind: 'sqlite', path: resolve(directory, path.value) }, origin: path.origin }, warnings };
  return { setting: { value: { kind: 'sqlite', path: join(dataDir, 'headgate.db') }, origin: 'default' }, warnings };
}

function readParts(reader: EnvironmentReader) {
  return {
    host: reader.text(['DB_HOST'], '127.0.0.1'),
    port: reader.wholeNumber(['DB_PORT'], 0, 1, 65_535),
    user: reader.text(['DB_USER'], DEFAULT_NAME),
    password: reader.text(['DB_PASSWORD'], ''),
    database: reader.text(['DB_NAME'], DEFAULT_NAME),
  };
}
