import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { controlRoutes } from '../../src/app/control/load-control-server.ts';
import { AdministeredGateway } from '../support/administered-gateway.ts';

const PROVIDER_SECRET = 'sk-canary-of-the-provider-0123456789';
const SECOND_SECRET = 'canary second key with no shape';
const HEADER = 'canary-header';
const PARAMETER = 'canary-parameter';
const PROXY_PASSWORD = 'canary-proxy-password';
const CLIENT_SECRET = 'canary-of-the-client-0123456789';
const PASSWORD = 'canary password of a person';

let world: AdministeredGateway;
const canaries: string[] = [PROVIDER_SECRET, SECOND_SECRET.replaceAll(' ', '-'), HEADER, PARAMETER, PROXY_PASSWORD, CLIENT_SECRET, PASSWORD];
/** What stands for the parameters of a path. */
const ids: Record<string, readonly string[]> = {};

before(async () => {
  world = await AdministeredGateway.start();
  const { admin } = world;
  const made = await world.addProvider('vendor', {
    headers: { 'x-tenant': HEADER },
    query: { tenant: PARAMETER },
    models: ['m'],
    keys: [
      { id: 'k1', secret: PROVIDER_SECRET },
      { id: 'k2', secret: SECOND_SECRET.replaceAll(' ', '-'), enabled: false },
    ],
  });
  assert.equal(made.status, 201, made.text);
  const proxied = await admin.post('/api/admin/providers', {
    id: 'proxied',
    preset: 'openai',
    proxyUrl: `http://user:${PROXY_PASSWORD}@127.0.0.1:3128`,
  });
  assert.equal(proxied.status, 201, proxied.text);
  const key = await admin.post('/api/admin/virtual-keys', { id: 'team', secret: CLIENT_SECRET });
  assert.equal(key.status, 201, key.text);
  const generated = await admin.post('/api/admin/virtual-keys', { id: 'generated' });
  canaries.push(String(generated.json['secret']));
  const user = await admin.post('/api/admin/users', { username: 'ada', password: PASSWORD, role: 'viewer' });
  assert.equal(user.status, 201, user.text);
  const login = await admin.post('/api/auth/login', { username: 'ada', password: PASSWORD });
  canaries.push(String(login.json['token']), String(login.json['refreshToken']));
  await admin.post('/api/auth/login', { username: PASSWORD, password: PASSWORD });
  await admin.patch('/api/admin/providers/vendor', { name: 'Changed' });
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 200);
  const users = (await admin.get('/api/admin/users')).json['items'] as readonly { id: string }[];
  const old = (await admin.get('/admin/keys')).json['keys'] as readonly { id: string }[];
  const configs = JSON.parse((await admin.get('/admin/proxy-configs')).text) as readonly { id: number }[];
  ids[':id'] = [
    'vendor',
    'proxied',
    'team',
    'generated',
    'vendor%2Fm',
    '1',
    '2',
    '3',
    ...users.map(({ id }) => id),
    ...old.map(({ id }) => encodeURIComponent(id)),
    ...configs.map(({ id }) => String(id)),
  ];
  ids[':key'] = ['k1', 'k2'];
  ids[':number'] = ['1', '2', '3', '4'];
  ids[':name'] = ['m'];
});
after(() => world.close());

/** A path with every combination of what may stand in it. */
function pathsOf(path: string): readonly string[] {
  const parameter = /:[A-Za-z]+/u.exec(path)?.[0];
  if (parameter === undefined) return [path.replaceAll('*', 'm')];
  return (ids[parameter] ?? ids[':id'] ?? []).flatMap((id) => pathsOf(path.replace(parameter, id)));
}

test('no GET of the control plane gives a secret away, to an admin neither', async () => {
  const seen = { good: 0, all: 0 };
  const leaks: string[] = [];
  for (const { method, path } of controlRoutes()) {
    if (method !== 'GET' || path === '/api/admin/events') continue;
    for (const asked of pathsOf(path)) {
      const { status, text, headers } = await world.admin.get(asked).catch((error: unknown) => ({ status: 0, text: String(error), headers: {} }));
      seen.all += 1;
      if (status === 200) seen.good += 1;
      const told = `${text}\n${JSON.stringify(headers)}`;
      for (const canary of canaries) if (told.includes(canary)) leaks.push(`${asked}: ${canary.slice(0, 16)}…`);
    }
  }
  assert.deepEqual(leaks, []);
  assert.ok(seen.good > 60, `${seen.good} of ${seen.all} answers were good`);
});

test('neither does the log', () => {
  const log = world.gateway.stderr() + world.gateway.stdout();
  assert.deepEqual(
    canaries.filter((canary) => log.includes(canary)),
    [],
  );
});
