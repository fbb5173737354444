import { parseArgs } from 'node:util';
import { resetPassword } from '../../app/manage-accounts.ts';
import { readPassword } from '../read-password.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate reset-password: give a user another password

  headgate reset-password NAME                     their sessions end
  headgate reset-password NAME --second-factor     takes their second factor away, too

The password is asked for, or read from the first line of what is piped in. Also while the gateway runs.
`;

/** Exit code 2: wrong arguments. 1: nothing was done, and a sentence says why. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const order = readOrder(argv);
  if (order === null) {
    process.stderr.write(HELP);
    return 2;
  }
  try {
    await resetPassword(readStart(), order.name, await readPassword(), order.dropsSecondFactor);
    process.stdout.write(`${order.name} has another password now, and has to sign in again.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

function readOrder(argv: readonly string[]): { readonly name: string; readonly dropsSecondFactor: boolean } | null {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: { 'second-factor': { type: 'boolean' } }, allowPositionals: true });
    const [name, ...rest] = positionals;
    return name === undefined || rest.length > 0 ? null : { name, dropsSecondFactor: values['second-factor'] === true };
  } catch {
    return null;
  }
}
