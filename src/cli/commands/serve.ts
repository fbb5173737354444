import { parseArgs } from 'node:util';
import { serve, type RunningGateway } from '../../app/serve.ts';
import { readVersion } from '../../app/version.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate serve: run the gateway

  headgate serve [--port N] [--host ADDRESS] [--config FILE] [--data-dir DIR]

Without a configuration file (./headgate.yaml or CONFIG_FILE) well-known variables make providers:
  OPENAI_API_KEY=sk-one,sk-two GLOBAL_PROXY_KEYS=a-long-secret headgate serve
.env of the working directory is read; .env.example lists all variables.
`;

/** npm and the terminal may both deliver the same Ctrl-C. */
const SAME_SIGNAL_MS = 1000;

/** Serves until a signal comes. Exit code 1 with a sentence when it cannot start. */
export async function run(argv: readonly string[]): Promise<number> {
  let overrides: Record<string, string>;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        config: { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    const named = { PORT: values.port, HOST: values.host, CONFIG_FILE: values.config, DATA_DIR: values['data-dir'] };
    overrides = Object.fromEntries(Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n\n${HELP}`);
    return 2;
  }
  let gateway: RunningGateway;
  try {
    gateway = await serve({ ...readStart(overrides), version: readVersion() });
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exit(1);
  }
  await untilSignal();
  await gateway.stop();
  process.exit(0);
}

/** Resolves at the first signal; one that comes again later ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAtMs = 0;
    const onSignal = (): void => {
      const nowMs = performance.now();
      if (firstAtMs === 0) {
        firstAtMs = nowMs;
        resolve();
      } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) {
        process.exit(130);
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
