import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';

const SCRIPT = join(import.meta.dirname, '../../examples/facades.sh');
let world: AdministeredGateway;

before(async () => {
  world = await AdministeredGateway.start();
});
after(() => world.close());

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(env: Readonly<Record<string, string>>): Promise<Run> {
  const environment = { PATH: process.env['PATH'] ?? '', BASE: world.gateway.origin, UPSTREAM: world.address('upstream'), ...env };
  return new Promise((resolve) => {
    execFile('bash', [SCRIPT], { env: environment, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

test('every call that the older documents show is answered as they say, as often as the script is run', async () => {
  for (let times = 0; times < 2; times += 1) {
    const { code, stdout, stderr } = await run({ ADMIN_KEY: ADMIN_TOKEN });
    assert.equal(code, 0, stdout + stderr);
    assert.ok(!/WRONG/.test(stdout), stdout);
    assert.ok(stdout.split('\n').filter((line) => line.startsWith('ok ')).length > 40, stdout);
  }
  assert.deepEqual((await world.admin.get('/api/admin/providers')).json['items'], []);
});

test('the script fails when a call is not answered so, and when it has no key', async () => {
  const wrong = await run({ ADMIN_KEY: 'not-the-admin-key' });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /WRONG 401 {2}POST \/admin\/v1\/providers/);
  const none = await run({});
  assert.equal(none.code, 2);
});
