import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { parseYaml } from '../../config/yaml-document.ts';
import type { MockScript } from '../mock/mock-rule.ts';
import { parseScript } from '../mock/parse-script.ts';
import { startMockUpstream } from '../mock/start-mock-upstream.ts';
import { waitForSignal } from '../wait-for-signal.ts';

const HELP = `headgate mock: an upstream of every protocol for trying things out, without an account

  headgate mock [--port N] [--host ADDRESS] [--script FILE] [--fast]

  --port N        port to listen on (default: a free one)
  --host ADDRESS  address to bind (default: 127.0.0.1)
  --script FILE   YAML or JSON: { rules: [...], quotas: { KEY: { requestsPerMinute: N } } }
  --fast          answer every POST from static bytes, for load

While it runs: POST /__mock/script, GET /__mock/requests, POST /__mock/reset.
A rule answers what its match names (key, model, path, method, nth), for instance
  { match: { key: key-1, nth: 2 }, status: 429, retryAfterSeconds: 5 }
  { match: { path: chat/completions }, chunks: 20, intervalMs: 50, cutAfterBytes: 800 }
`;

/** Runs the mock upstream until a signal comes. Exit code 2: wrong arguments or script. */
export async function run(argv: readonly string[]): Promise<number> {
  const options = readArguments(argv);
  if (options === null) return 2;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const mock = await startMockUpstream(options.upstream).catch((error: unknown) => {
    process.stderr.write(`The mock upstream could not listen: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  });
  if (mock === null) return 1;
  process.stdout.write(`headgate mock listening on ${mock.origin}\n`);
  await waitForSignal();
  await mock.close();
  return 0;
}

interface MockArguments {
  readonly help: boolean;
  readonly upstream: { readonly port: number; readonly host: string; readonly script: MockScript; readonly fast: boolean };
}

function readArguments(argv: readonly string[]): MockArguments | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        script: { type: 'string' },
        fast: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port must be a number from 0 to 65535, not ${values.port}.`);
    const script = values.script === undefined || values.help ? {} : readScript(values.script);
    return { help: values.help, upstream: { port, host: values.host, script, fast: values.fast } };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function readScript(path: string): MockScript {
  try {
    return parseScript(parseYaml(readFileSync(path, 'utf8'), path).value);
  } catch (error) {
    throw new Error(`The script ${path} was not taken: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
