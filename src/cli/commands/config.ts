import { planConfiguration } from '../../app/plan-configuration.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate config: look at a change of the configuration before it is made

  headgate config plan NEW [OLD]

Says what would change between OLD (default: what serve would read now) and NEW, and which virtual keys would lose what.
Secrets are not shown. Exit code 0: NEW can be used; 1: it cannot; 2: wrong arguments.
`;

/** `config plan`: the difference between two configurations, and who would feel it. */
export function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return Promise.resolve(0);
  }
  const [action, after, before] = argv;
  if (action !== 'plan' || after === undefined) {
    process.stderr.write('It takes: headgate config plan NEW [OLD].\n');
    return Promise.resolve(2);
  }
  try {
    const old = readStart(before === undefined ? {} : { CONFIG_FILE: before });
    const next = readStart({ CONFIG_FILE: after });
    const lines = planConfiguration({ before: old.bootstrap, after: next.bootstrap, environment: next.environment });
    for (const line of lines) process.stdout.write(`${line}\n`);
    return Promise.resolve(0);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return Promise.resolve(1);
  }
}
