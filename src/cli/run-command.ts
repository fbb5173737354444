const HELP = `headgate: one address for your LLM APIs, many keys behind it

  headgate serve                 run the gateway (what npm start does)
  headgate check-config [PATH]   read a configuration and say what is wrong with it
  headgate config                plan, apply, export and roll back the configuration as a whole
  headgate import                take over the data of an older gateway
  headgate create-admin NAME     make a user who may do everything
  headgate reset-password NAME   give a user another password
  headgate healthcheck           exit 0 when a gateway on this machine is ready
  headgate backup                copy the ledger, or put a copy back
  headgate migrate               the schema of the database: status, up, down
  headgate rotate-master-key     put a new master key into force
  headgate demo                  a gateway, a mock vendor and a little traffic; no account needed
  headgate mock                  an upstream of every protocol, scripted
  headgate bench                 measure this machine's gateway
  headgate version

Each command explains itself with --help.
`;

type Command = (argv: readonly string[]) => Promise<number>;

/** Commands are loaded when they are called, so that `serve` starts no slower for the others. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly run: Command }>>> = {
  serve: () => import('./commands/serve.ts'),
  'check-config': () => import('./commands/check-config.ts'),
  config: () => import('./commands/config.ts'),
  import: () => import('./commands/import.ts'),
  'create-admin': () => import('./commands/create-admin.ts'),
  'reset-password': () => import('./commands/reset-password.ts'),
  healthcheck: () => import('./commands/healthcheck.ts'),
  backup: () => import('./commands/backup.ts'),
  migrate: () => import('./commands/migrate.ts'),
  'rotate-master-key': () => import('./commands/rotate-master-key.ts'),
  demo: () => import('./commands/demo.ts'),
  mock: () => import('./commands/mock.ts'),
  bench: () => import('./commands/bench.ts'),
  version: () => import('./commands/version.ts'),
};

/** Runs the command that the arguments name. Exit codes: 0 well, 1 failed, 2 wrong arguments. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name === '--version' ? 'version' : name) ? COMMANDS[name === '--version' ? 'version' : name] : undefined;
  if (command === undefined) {
    process.stderr.write(`There is no command "${name}". headgate --help lists them.\n`);
    return 2;
  }
  const { run } = await command();
  return run(rest);
}
