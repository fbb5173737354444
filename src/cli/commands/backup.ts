import { resolve } from 'node:path';
import { createBackup, restoreBackup } from '../../app/backup-ledger.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate backup: copy the ledger of DATA_DIR, or put a copy back

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
    const { dataDir } = readStart().bootstrap;
    process.stdout.write(`${await perform(act, dataDir, resolve(file))}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

async function perform(act: 'create' | 'restore', dataDir: string, file: string): Promise<string> {
  if (act === 'create') {
    await createBackup(dataDir, file);
    return `The ledger of ${dataDir} was copied to ${file}.`;
  }
  const aside = restoreBackup(dataDir, file, Date.now());
  return `The ledger of ${dataDir} is that of ${file} now.${aside === null ? '' : ` What was there is kept as ${aside}.`}`;
}
