import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { IMPORT_SOURCES, importOlderGateway, type ImportOrder } from '../../app/import-older-gateway.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate import: take over the data of an older gateway

  headgate import llm-apikey-lb FILE            its state.json
  headgate import llm-proxy FILE-or-URL         its config.yaml, or its database
  headgate import llm-gateway FILE-or-URL       its database
  headgate import api-key-rotator FILE-or-URL   its database

A database is a SQLite file, postgres://… or mysql://…; nothing is written to it. The plan is printed first: what is new, what is there already and
stays as it is, what cannot be carried and why. Then it is written as one revision of the configuration, which \`headgate config rollback\` takes back.
Client keys of the older gateway stay valid. To run it twice adds nothing.

  --dry-run                 print the plan only
  --jwt-secret-file FILE    JWT_SECRET of LLM Gateway, without which its provider keys cannot be opened
`;

/** Exit code 2: wrong arguments. 1: nothing was done, and a sentence says why. */
export async function run(argv: readonly string[]): Promise<number> {
  const order = readOrder(argv);
  if (order === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (order === null) {
    process.stderr.write(HELP);
    return 2;
  }
  try {
    const jwtSecret = order.jwtSecret === null ? null : readFileSync(order.jwtSecret, 'utf8').trim();
    await importOlderGateway(readStart(), { ...order, jwtSecret }, (line) => process.stdout.write(`${line}\n`));
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

/** Until it is read, `jwtSecret` is the path of its file. */
function readOrder(argv: readonly string[]): ImportOrder | 'help' | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { 'dry-run': { type: 'boolean' }, 'jwt-secret-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help === true) return 'help';
    const [name, address, ...rest] = positionals;
    const source = IMPORT_SOURCES.find((known) => known === name);
    if (source === undefined || address === undefined || rest.length > 0) return null;
    return { source, address, jwtSecret: values['jwt-secret-file'] ?? null, isDryRun: values['dry-run'] === true };
  } catch {
    return null;
  }
}
