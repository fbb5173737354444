import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rotateMasterKey } from '../../app/rotate-master-key.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate rotate-master-key: seal the keys that seal the secrets with a new master key

  headgate rotate-master-key                      the master key is DATA_DIR/master.key: a new one is made
  headgate rotate-master-key --new-key-file FILE  it comes from HEADGATE_MASTER_KEY: the new one is in FILE, or in HEADGATE_NEW_MASTER_KEY
  headgate rotate-master-key --reseal             the stored secrets too are sealed anew, with a new data key

Also while gateways run. Cut off at any moment, the next start finds the key that is in force.
`;

interface Order {
  readonly newKeyFile: string | null;
  readonly withReseal: boolean;
}

/** Exit code 2: wrong arguments. 1: a sentence says why it was not done. */
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
    const { bootstrap, environment } = readStart();
    const newKey = order.newKeyFile === null ? (environment['HEADGATE_NEW_MASTER_KEY'] ?? null) : readFileSync(order.newKeyFile, 'utf8');
    await rotateMasterKey({ bootstrap, newKey, withReseal: order.withReseal, tell: (line) => process.stdout.write(`${line}\n`) });
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

function readOrder(argv: readonly string[]): Order | null {
  try {
    const { values } = parseArgs({ args: [...argv], options: { 'new-key-file': { type: 'string' }, reseal: { type: 'boolean' } } });
    return { newKeyFile: values['new-key-file'] ?? null, withReseal: values.reseal === true };
  } catch {
    return null;
  }
}
