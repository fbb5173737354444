import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AdminClient } from '../support/admin-client.ts';
import { startGateway, type Gateway } from '../support/start-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const ADMIN_TOKEN = 'admin-of-file-mode-5d1c8e7a';
const FILE = {
  providers: [{ id: 'main', preset: 'openai', headers: { 'x-tenant': 'canary-header' }, keys: [{ id: 'k1', secret: 'sk-canary-upstream-1' }] }],
  virtualKeys: [{ id: 'team-a', secret: 'hg-canary-client-secret-1' }],
  settings: { maxAttempts: 3 },
};
let gateway: Gateway;
let admin: AdminClient;

before(async () => {
  gateway = await startGateway({ config: FILE, env: { ADMIN_TOKEN } });
  admin = new AdminClient(gateway.origin, ADMIN_TOKEN);
  await waitFor('the control plane', async () => (await admin.get('/api/admin/settings')).status === 200);
});
after(() => gateway.dispose());

test('everything can be read, without a secret', async () => {
  const keys = await admin.get('/api/admin/virtual-keys');
  assert.deepEqual(
    (keys.json['items'] as { id: string; preview: string; origin: string }[]).map(({ id, preview, origin }) => [id, preview, origin]),
    [['team-a', 'hg-…et-1', 'file']],
  );
  assert.deepEqual((await admin.get('/api/admin/settings')).json['set'], { maxAttempts: 3 });
  const version = (await admin.get('/api/admin/config/version')).json;
  assert.equal((version['source'] as { kind: string }).kind, 'file');
  assert.deepEqual((await admin.get('/api/admin/config/revisions')).json, { items: [], next: null, total: 0 });
  assert.equal((await admin.post('/api/admin/config/reload')).json['virtualKeys'], 1);
  const exported = await admin.get('/api/admin/config/export');
  assert.match(exported.text, /secret: \$\{HEADGATE_VIRTUAL_KEY_TEAM_A\}/);
  for (const path of ['virtual-keys', 'virtual-keys/team-a', 'settings', 'config/version', 'config/export', 'config/export?format=json']) {
    const { status, text } = await admin.get(`/api/admin/${path}`);
    assert.equal(status, 200, text);
    assert.ok(!/canary|sha256:/.test(text), text);
  }
});

test('nothing can be written, and the answer names the file', async () => {
  const writes: readonly (readonly [method: string, path: string, body: object | undefined])[] = [
    ['POST', 'virtual-keys', { id: 'b' }],
    ['PATCH', 'virtual-keys/team-a', { name: 'x' }],
    ['DELETE', 'virtual-keys/team-a', undefined],
    ['POST', 'virtual-keys/team-a/rotate', {}],
    ['PUT', 'settings', { maxAttempts: 4 }],
    ['POST', 'config/import', FILE],
    ['POST', 'config/plan', FILE],
    ['POST', 'config/rollback', { revision: 0 }],
    ['POST', 'config/plan-rollback', { revision: 0 }],
    ['GET', 'config/export?secrets=sealed', undefined],
  ];
  for (const [method, path, body] of writes) {
    const { status, json, text } = await admin.request(method, `/api/admin/${path}`, body);
    const error = json['error'] as { code: string; message: string };
    assert.deepEqual([status, error.code], [409, 'config_read_only'], `${method} ${path}: ${text}`);
    assert.ok(error.message.includes('headgate-test.yaml'), error.message);
  }
});

test('an export of the file is a file that serves once its variables are set', async (t) => {
  const { text } = await admin.get('/api/admin/config/export');
  const variables = {
    HEADGATE_MAIN_K1: 'sk-upstream-1',
    HEADGATE_MAIN_HEADERS_X_TENANT: 'tenant',
    HEADGATE_VIRTUAL_KEY_TEAM_A: 'hg-another-client-secret',
  };
  const second = await startGateway({ config: text, env: { ADMIN_TOKEN, ...variables } });
  t.after(() => second.dispose());
  const models = await new AdminClient(second.origin, variables.HEADGATE_VIRTUAL_KEY_TEAM_A).get('/v1/models');
  assert.equal(models.status, 200, models.text);
});
