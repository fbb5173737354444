import { checkConfiguration } from '../../app/check-configuration.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate check-config: read a configuration and say what is wrong with it

  headgate check-config [PATH]

PATH: a headgate.yaml (default: CONFIG_FILE, ./headgate.yaml, or what the environment says). Exit code 0: it can be used.
`;

/** Reads the configuration as `serve` would, and prints what it makes of it. */
export function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return Promise.resolve(0);
  }
  const [path] = argv;
  try {
    const start = readStart(path === undefined ? {} : { CONFIG_FILE: path });
    for (const line of checkConfiguration(start.bootstrap, start.environment)) process.stdout.write(`${line}\n`);
    return Promise.resolve(0);
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return Promise.resolve(1);
  }
}
