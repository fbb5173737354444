import { resolve } from 'node:path';
import type { DatabaseConfig } from '../../config/database-config.ts';
import { readDatabaseUrl } from '../../config/read-database-url.ts';
import { StoreError } from '../store-error.ts';

const SCHEME = /^[a-z][a-z0-9+]+:/iu;
/** How programs written in Go write host and port: `user:password@tcp(host:port)/database`. */
const GO_HOST = /@tcp\(([^()]*)\)\//u;

/** True for the address of a database server, or of a SQLite file by its scheme; false for a plain path. */
export function isDatabaseUrl(address: string): boolean {
  return SCHEME.test(address);
}

/**
 * Reads the address of another program's database: a URL as DATABASE_URL takes it, the form that Go programs write, or the path of a SQLite file.
 * Parameters that mean nothing here are left aside.
 * @throws {StoreError} With a sentence that does not repeat the address, which may hold a password.
 */
export function readForeignAddress(address: string, directory: string): DatabaseConfig {
  if (!isDatabaseUrl(address)) return { kind: 'sqlite', path: resolve(directory, address) };
  const problems: string[] = [];
  const config = readDatabaseUrl(address.replace(GO_HOST, '@$1/'), directory, {
    problem: (message) => problems.push(message),
    warning: () => undefined,
  });
  if (config === undefined || problems.length > 0) throw new StoreError(`The address of the database to import ${problems.join('; it ')}.`);
  return config;
}
