import { copyFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { findProgram, MARIADB_FOLDERS, POSTGRES_FOLDERS } from './database-programs.ts';

/** Loads a dump into a new database, as an operator would: a copied file for SQLite, else a file of SQL for the server's own client. */
export function loadDump(config: DatabaseConfig, file: string): void {
  switch (config.kind) {
    case 'sqlite':
      return copyFileSync(file, config.path);
    case 'postgres': {
      const way = ['-h', config.host, '-p', String(config.port), '-U', config.user, '-d', config.database];
      return runClient(findProgram('psql', POSTGRES_FOLDERS, 'postgresql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...way, '-f', file], {
        PGPASSWORD: config.password,
      });
    }
    case 'mysql': {
      const way = ['-h', config.host, '-P', String(config.port), '-u', config.user, config.database];
      return runClient(findProgram('mariadb', MARIADB_FOLDERS, 'mariadb-server'), [
        '--no-defaults',
        '--default-character-set=utf8mb4',
        ...way,
        '-e',
        `source ${file}`,
      ]);
    }
  }
}

function runClient(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
}
