import { resolve } from 'node:path';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { databaseLabel } from '../../config/database-config.ts';
import { createBackup, restoreBackup } from '../../app/backup-ledger.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate backup: copy a ledger that is a SQLite file, or put a copy back

  headgate backup create FILE    also while the gateway runs
  headgate backup restore FILE   while it does not; what was there is kept under another name
`;

/** Exit code 2: wrong arguments. 1: nothing was done, and a sentence says why. */
export async function run(argv: readonly string[]): Promise<number> {
  const [act, file, ...rest] = argv;
  if (act === '--help' || act === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  if ((act !== 'create' && act !== 'restore') || file === undefined || rest.length > 0) {
    process.stderr.write(HELP);
    return 2;
  }
  try {
    process.stdout.write(`${await perform(act, readStart().bootstrap, resolve(file))}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

async function perform(act: 'create' | 'restore', bootstrap: BootstrapConfig, file: string): Promise<string> {
  const database = databaseLabel(bootstrap.database);
  if (act === 'create') {
    await createBackup(bootstrap, file);
    return `The ledger ${database} was copied to ${file}.`;
  }
  const aside = restoreBackup(bootstrap, file, Date.now());
  return `The ledger ${database} is that of ${file} now.${aside === null ? '' : ` What was there is kept as ${aside}.`}`;
}
