/** Where the store keeps its tables. */
export type DatabaseConfig = SqliteDatabaseConfig | ServerDatabaseConfig;

export interface SqliteDatabaseConfig {
  readonly kind: 'sqlite';
  /** Absolute. */
  readonly path: string;
}

export interface ServerDatabaseConfig {
  /** `mysql` is MariaDB as well. */
  readonly kind: 'postgres' | 'mysql';
  /** A name, an address, or the absolute path of a socket (PostgreSQL: of its folder). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Empty: none. */
  readonly password: string;
  readonly database: string;
  /** Null: the connection is not encrypted. */
  readonly tls: DatabaseTls | null;
}

export interface DatabaseTls {
  /** What of the server's certificate is checked: nothing, who signed it, or its name too. */
  readonly verify: 'nothing' | 'issuer' | 'issuer and name';
  /** Absolute path of the certificates that are trusted; null: those that Node brings along. */
  readonly caFile: string | null;
}

/** The database in a word for logs and sentences: no user and no password. */
export function databaseLabel(config: DatabaseConfig): string {
  if (config.kind === 'sqlite') return config.path;
  if (config.host.startsWith('/')) return `${config.kind}:${config.host}/${config.database}`;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.kind}://${host}:${config.port}/${config.database}`;
}
