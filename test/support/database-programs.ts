import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps the programs of PostgreSQL out of the PATH; the newest version first. */
export const POSTGRES_FOLDERS = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => versionOf(b) - versionOf(a));
export const MARIADB_FOLDERS = ['/usr/sbin', '/usr/libexec', '/usr/bin'];

/** The path of a program of a database. Throws a sentence that says what to install when this machine has none. */
export function findProgram(name: string, folders: readonly string[], debianPackage: string): string {
  const paths = [...(process.env['PATH'] ?? '').split(delimiter), ...folders].map((folder) => join(folder, name));
  const found = paths.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    `The tests of the store need the program ${name}, and this machine has none: install it, on Debian with \`apt-get install ${debianPackage}\`.`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(folder: string): number {
  return Number(/\d+/.exec(folder)?.[0] ?? 0);
}
