import { parseArgs } from 'node:util';
import { bringUp, standingOfMigrations, takeDown } from '../../app/migrate-database.ts';
import type { BootstrapConfig } from '../../config/bootstrap-config.ts';
import { databaseLabel } from '../../config/database-config.ts';
import { readStart, sentenceOf } from '../read-start.ts';

const HELP = `headgate migrate: the schema of the database

  headgate migrate status            what is applied, and what is not yet; changes nothing
  headgate migrate up                apply what is not yet; a gateway does the same when it starts
  headgate migrate down --to N       take back everything behind schema N while no gateway runs, before an older one is started
  headgate migrate down --to N --yes also where rows are lost
`;

interface Order {
  readonly act: 'status' | 'up' | 'down';
  /** Of `down` only. */
  readonly to: number;
  readonly mayLose: boolean;
}

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
    const { bootstrap } = readStart();
    for (const line of await perform(order, bootstrap)) process.stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

function readOrder(argv: readonly string[]): Order | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { to: { type: 'string' }, yes: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [act, ...rest] = positionals;
    const hasOptions = values.to !== undefined || values.yes !== undefined;
    if (rest.length > 0) return null;
    if (act === 'status' || act === 'up') return hasOptions ? null : { act, to: 0, mayLose: false };
    if (act !== 'down' || values.to === undefined || !/^\d{1,6}$/.test(values.to)) return null;
    return { act, to: Number(values.to), mayLose: values.yes === true };
  } catch {
    return null;
  }
}

async function perform(order: Order, bootstrap: BootstrapConfig): Promise<readonly string[]> {
  const label = databaseLabel(bootstrap.database);
  switch (order.act) {
    case 'status': {
      const standing = await standingOfMigrations(bootstrap);
      const lines = standing.map(({ version, name, appliedAt }) => {
        return `${version} ${name}: ${appliedAt === null ? 'not applied' : `applied ${new Date(appliedAt).toISOString()}`}`;
      });
      return [label, ...lines];
    }
    case 'up': {
      const applied = await bringUp(bootstrap, Date.now());
      return [...applied.map(({ version, name }) => `applied ${version} ${name}`), `The schema of ${label} is up to date.`];
    }
    case 'down': {
      const undone = await takeDown(bootstrap, order);
      const end = undone.length === 0 ? `Nothing had to be taken back from ${label}.` : `The schema of ${label} is that of version ${order.to}.`;
      return [...undone.map(({ version, name }) => `took back ${version} ${name}`), end];
    }
  }
}
