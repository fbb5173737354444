import { createAdmin } from '../../app/manage-accounts.ts';
import { readPassword } from '../read-password.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate create-admin: make a user who may do everything

  headgate create-admin NAME

The password is asked for, or read from the first line of what is piped in. Also while the gateway runs.
`;

/** Exit code 2: wrong arguments. 1: nothing was done, and a sentence says why. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  if (name === undefined || rest.length > 0) {
    process.stderr.write(HELP);
    return 2;
  }
  try {
    await createAdmin(readStart(), name, await readPassword());
    process.stdout.write(`The admin ${name} was made.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}
