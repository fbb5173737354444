import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { applyStored, exportStored, listRevisions, planStored, rollBackStored } from '../../app/manage-configuration.ts';
import { planConfiguration } from '../../app/plan-configuration.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate config: look at changes of the configuration, make them, and take them back

  headgate config plan NEW [OLD]      what would change between OLD (default: what serve would read now) and NEW, and who would lose what
  headgate config apply FILE          make the database say what the file says
  headgate config export              write the database as a file
  headgate config revisions           who changed it, when, and what for
  headgate config rollback REVISION   make it what it was, as a new revision

A gateway that runs on the database follows within two seconds. \${NAME} in a file is this environment's. Secrets are not shown.

  --merge            with plan and apply: what the file does not name stays
  --format json      with export: instead of YAML
  --secrets sealed   with export: secrets come along, sealed for this installation, instead of placeholders
  --limit N          with revisions: 20
  --plan             with rollback: only say what would change

Exit code 0: well; 1: it cannot be used, or was not done; 2: wrong arguments.
`;
const USUAL_LIMIT = 20;

const OPTIONS = {
  merge: { type: 'boolean' },
  format: { type: 'string' },
  secrets: { type: 'string' },
  limit: { type: 'string' },
  plan: { type: 'boolean' },
} as const;
/** Options that each action takes; others are a mistake. */
const OPTIONS_OF = { plan: ['merge'], apply: ['merge'], export: ['format', 'secrets'], revisions: ['limit'], rollback: ['plan'] } as const;

type Work = () => Promise<readonly string[] | string> | readonly string[];

/** The configuration as a whole, on the command line. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const work = readWork(argv);
  if (typeof work === 'string') {
    process.stderr.write(`${work}\n`);
    return 2;
  }
  try {
    const told = await work();
    process.stdout.write(typeof told === 'string' ? told : told.map((line) => `${line}\n`).join(''));
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

/** What is to be done; a sentence for wrong arguments. */
function readWork(argv: readonly string[]): Work | string {
  const usage = 'It takes: headgate config plan NEW [OLD].';
  const [action = ''] = argv;
  if (!isAction(action)) return action === '' ? usage : `There is no "config ${action}". headgate config --help lists what there is.`;
  const parsed = readOptions(argv.slice(1), OPTIONS_OF[action]);
  if (typeof parsed === 'string') return parsed;
  const { values, positionals } = parsed;
  const [first, second, ...rest] = positionals;
  const mode = values.merge === true ? 'merge' : 'replace';
  switch (action) {
    case 'plan':
      return first === undefined || rest.length > 0 ? usage : () => plan(first, second, mode);
    case 'apply':
      return first === undefined || second !== undefined
        ? 'It takes: headgate config apply FILE.'
        : () => applyStored(readStart(), fileOf(first, mode));
    case 'export':
      return first === undefined ? exportWork(values.format ?? 'yaml', values.secrets ?? 'omit') : 'It takes: headgate config export.';
    case 'revisions':
      return first === undefined ? revisionsWork(values.limit ?? String(USUAL_LIMIT)) : 'It takes: headgate config revisions.';
    case 'rollback':
      if (first === undefined || second !== undefined || !isNumber(first)) return 'It takes: headgate config rollback REVISION.';
      return () => rollBackStored(readStart(), Number(first), values.plan === true);
  }
}

/** Files are compared with what `serve` would read: with the database, unless it would read a file. */
function plan(after: string, before: string | undefined, mode: 'replace' | 'merge'): Promise<readonly string[]> | readonly string[] {
  const old = readStart(before === undefined ? {} : { CONFIG_FILE: before });
  if (old.bootstrap.configFile === null) return planStored(old, fileOf(after, mode));
  if (mode === 'merge') throw new Error('--merge is for the database; two files are compared as they are.');
  const next = readStart({ CONFIG_FILE: after });
  return planConfiguration({ before: old.bootstrap, after: next.bootstrap, environment: next.environment });
}

function exportWork(format: string, secrets: string): Work | string {
  if (format !== 'yaml' && format !== 'json') return '--format takes yaml or json.';
  if (secrets !== 'omit' && secrets !== 'sealed') return '--secrets takes omit or sealed.';
  return () => exportStored(readStart(), format, secrets);
}

function revisionsWork(limit: string): Work | string {
  return isNumber(limit) && Number(limit) > 0 ? () => listRevisions(readStart(), Number(limit)) : '--limit takes a number.';
}

function fileOf(path: string, mode: 'replace' | 'merge'): Parameters<typeof applyStored>[1] {
  return { text: readFileSync(path, 'utf8'), name: path, mode };
}

function readOptions(args: readonly string[], allowed: readonly string[]): ReturnType<typeof parseOptions> | string {
  try {
    const parsed = parseOptions(args);
    const wrong = Object.keys(parsed.values).find((name) => !allowed.includes(name));
    return wrong === undefined ? parsed : `--${wrong} does not belong here. headgate config --help tells where it does.`;
  } catch (error) {
    return sentenceOf(error);
  }
}

// oxlint-disable-next-line typescript/explicit-function-return-type
function parseOptions(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

function isAction(text: string): text is keyof typeof OPTIONS_OF {
  return Object.hasOwn(OPTIONS_OF, text);
}

function isNumber(text: string): boolean {
  return /^\d{1,9}$/u.test(text);
}
