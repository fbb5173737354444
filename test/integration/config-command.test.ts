import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/headgate.mjs');
const SECRET = 'sk-canary-upstream-0123456789';
const CLIENT = 'canary-client-0123456789';
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `headgate config …` on the database of the gateway that runs. */
function config(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { dataDir } = world.gateway;
  const environment = { PATH: process.env['PATH'], DATA_DIR: dataDir, ADMIN_TOKEN, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'config', ...args], { cwd: dataDir, env: environment }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

function write(name: string, text: string): string {
  const file = join(world.gateway.dataDir, name);
  writeFileSync(file, text);
  return file;
}

function fileOf(...models: readonly string[]): string {
  return `providers:
  - id: main
    models: [${models.join(', ')}]
    protocols: { openai-chat: ${world.address('main')} }
    keys: [{ id: k1, secret: "\${UPSTREAM_KEY}" }]
virtualKeys:
  - { id: team-a, secret: "\${CLIENT_KEY:-${CLIENT}}" }
`;
}

async function status(): Promise<number> {
  return (await world.chat('m', CLIENT)).status;
}

test('a file is planned and applied with the variables of the command, and the gateway that runs follows', async () => {
  const file = write('next.yaml', fileOf('m', 'n'));
  const unset = await config(['apply', file]);
  assert.equal(unset.code, 1);
  assert.match(unset.err, /next\.yaml:5:\d+ providers\[0\]\.keys\[0\]\.secret: the environment variable UPSTREAM_KEY is not set/);
  const planned = await config(['plan', file], { UPSTREAM_KEY: SECRET });
  assert.deepEqual([planned.code, planned.err], [0, '']);
  assert.match(planned.out, /^database → .*next\.yaml: 3 changes\.$/m);
  const applied = await config(['apply', file], { UPSTREAM_KEY: SECRET });
  assert.equal(applied.code, 0, applied.err);
  assert.match(applied.out, /^\+ provider main$/m);
  assert.match(applied.out, /^Revision 1: 3 changes\.$/m);
  await waitFor('the gateway to serve what was applied', async () => (await status()) === 200, { timeoutMs: 2000 });
  assert.equal(world.mock.requests.at(-1)?.headers['authorization'], `Bearer ${SECRET}`);
  const again = await config(['plan', file], { UPSTREAM_KEY: SECRET });
  assert.match(again.out, /next\.yaml: nothing would change\.$/m);
});

test('an export is applied again without a change, with its placeholders or sealed', async () => {
  for (const options of [[], ['--secrets', 'sealed'], ['--format', 'json']]) {
    const exported = await config(['export', ...options]);
    assert.equal(exported.code, 0, exported.err);
    assert.ok(!exported.out.includes('canary'), exported.out);
    const applied = await config(['apply', write('export.yaml', exported.out)]);
    assert.deepEqual([applied.code, applied.out], [0, 'Nothing was different: revision 1 stays.\n'], applied.err);
  }
});

test('a placeholder whose variable is set takes its value', async () => {
  const { out } = await config(['export']);
  const applied = await config(['apply', write('export.yaml', out)], { HEADGATE_MAIN_K1: 'sk-canary-another-0123456789' });
  assert.match(applied.out, /^~ provider-key main\/k1: secret$/m);
  await waitFor('the gateway to use it', async () => {
    await status();
    return world.mock.requests.at(-1)?.headers['authorization'] === 'Bearer sk-canary-another-0123456789';
  });
});

test('revisions are listed and taken back', async () => {
  const narrowed = await config(['apply', write('next.yaml', fileOf('n'))], { UPSTREAM_KEY: SECRET });
  assert.equal(narrowed.code, 0, narrowed.err);
  await waitFor('the model to be gone', async () => (await status()) === 404);
  const listed = await config(['revisions', '--limit', '2']);
  assert.match(listed.out, /^3 {2}\d{4}-\S+Z {2}command line: apply .*next\.yaml \(replace\) \(2 changes\)\n2 {2}.*\n$/);
  const planned = await config(['rollback', '2', '--plan']);
  assert.match(planned.out, /^~ provider main: models \["n"\] → \["m","n"\]$/m);
  const undone = await config(['rollback', '2']);
  assert.match(undone.out, /^Revision 4: 2 changes\.$/m);
  await waitFor('the model to be back', async () => (await status()) === 200);
  assert.equal((await config(['rollback', '99'])).err, 'There is no revision 99.\n');
});

test('with --merge what the file does not name stays', async () => {
  const file = write('more.yaml', 'virtualKeys:\n  - { id: team-b, secret: canary-client-of-team-b }\n');
  assert.match((await config(['plan', file])).out, /virtual key would be refused: team-a/);
  assert.match((await config(['apply', '--merge', file])).out, /^Revision 5: 1 change\.$/m);
  await waitFor('both to be served', async () => (await world.chat('m', 'canary-client-of-team-b')).status === 200);
  assert.equal(await status(), 200);
});

test('where a file is the configuration, and for wrong arguments, nothing is done', async () => {
  const file = write('next.yaml', fileOf('m'));
  const refused = await config(['apply', file], { CONFIG_FILE: file, UPSTREAM_KEY: SECRET });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /next\.yaml, not the database/);
  for (const args of [
    ['apply'],
    ['rollback', 'x'],
    ['rollback'],
    ['export', '--format', 'xml'],
    ['revisions', '--plan'],
    ['nonsense'],
    ['apply', file, '--limit', '3'],
  ]) {
    const { code, err } = await config(args);
    assert.deepEqual([code, err === ''], [2, false], args.join(' '));
  }
});
