import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, afterEach, test } from 'node:test';
import type { AdminReply } from '../support/admin-client.ts';
import { AdministeredGateway } from '../support/administered-gateway.ts';
import { signInAll } from '../support/role-clients.ts';

const CONFIG = '/api/admin/config';
const YAML = { 'content-type': 'application/yaml' };
const UPSTREAM_SECRET = 'sk-canary-upstream-0123456789';
const CLIENT_SECRET = 'canary-client-secret-0123456789';
const HEADER_SECRET = 'canary-header-value-0123456789';

let world: AdministeredGateway;

beforeEach(async () => {
  world = await AdministeredGateway.start({ HEADGATE_CANARY: 'canary-of-the-environment' });
});
afterEach(() => world.close());

function good(reply: AdminReply): AdminReply {
  assert.ok(reply.status < 300, reply.text);
  return reply;
}

function refusal({ status, json }: AdminReply): readonly [number, string, string] {
  const { code, message } = json['error'] as { readonly code: string; readonly message: string };
  return [status, code, message];
}

async function revision(): Promise<number> {
  return Number(good(await world.admin.get(`${CONFIG}/version`)).json['revision']);
}

/** A provider with a key and a header, and two virtual keys. */
async function setUp(): Promise<void> {
  const key = { id: 'k1', secret: UPSTREAM_SECRET, weight: 2 };
  good(await world.addProvider('main', { name: 'costs ${MUCH}', models: ['m', 'n'], headers: { 'x-tenant': HEADER_SECRET }, keys: [key] }));
  good(await world.admin.post('/api/admin/virtual-keys', { id: 'team-a', secret: CLIENT_SECRET, models: ['m'] }));
  good(await world.admin.post('/api/admin/virtual-keys', { id: 'team-b' }));
  good(await world.admin.put('/api/admin/settings', { maxAttempts: 3 }));
}

function keySent(): string | undefined {
  const [last] = world.mock.requests.slice(-1);
  return last?.headers['authorization'] as string | undefined;
}

test('tells which revision is in force and where it lives', async () => {
  const empty = good(await world.admin.get(`${CONFIG}/version`));
  assert.deepEqual(empty.json, { revision: 0, source: { kind: 'database' }, problem: null, atMs: null });
  await setUp();
  const { json, headers } = good(await world.admin.get(`${CONFIG}/version`));
  assert.deepEqual([json['revision'], headers['etag']], [4, '"4"']);
  assert.ok(Math.abs(Number(json['atMs']) - Date.now()) < 60_000);
  const reloaded = good(await world.admin.post(`${CONFIG}/reload`)).json;
  // The virtual key of the environment is there too.
  assert.deepEqual(reloaded, { revision: 4, isChanged: false, problem: null, providers: 1, providerKeys: 1, virtualKeys: 3 });
});

test('an export leaves secrets out, can be read by a gateway, and comes back without a change', async () => {
  await setUp();
  const { text, headers } = good(await world.admin.get(`${CONFIG}/export`));
  assert.match(String(headers['content-type']), /^application\/yaml/);
  assert.ok(text.includes('secret: ${HEADGATE_MAIN_K1}') && text.includes('x-tenant: ${HEADGATE_MAIN_HEADERS_X_TENANT}'), text);
  assert.ok(text.includes('secret: ${HEADGATE_VIRTUAL_KEY_TEAM_A}') && text.includes('name: costs $${MUCH}'), text);
  assert.ok(!/canary|sha256:|global-1/.test(text), text);
  for (const mode of ['replace', 'merge']) {
    const back = good(await world.admin.post(`${CONFIG}/import?mode=${mode}`, text, YAML));
    assert.deepEqual(back.json, { revision: 4, changes: [] });
  }
  const json = good(await world.admin.get(`${CONFIG}/export?format=json`)).json;
  assert.deepEqual(good(await world.admin.post(`${CONFIG}/import`, json)).json['changes'], []);
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 200);
  assert.equal(keySent(), `Bearer ${UPSTREAM_SECRET}`);
});

test('a sealed export brings everything back after it was all taken away', async () => {
  await setUp();
  const { text } = good(await world.admin.get(`${CONFIG}/export?secrets=sealed`));
  assert.ok(!text.includes('canary'), text);
  good(await world.admin.post(`${CONFIG}/import`, 'providers: []', YAML));
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 401);
  good(await world.admin.post(`${CONFIG}/import`, text, YAML));
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 200);
  assert.equal(keySent(), `Bearer ${UPSTREAM_SECRET}`);
  assert.equal(world.mock.requests.at(-1)?.headers['x-tenant'], HEADER_SECRET);
});

test('sealed secrets open for no other key, no other address and nowhere else', async () => {
  await setUp();
  const { text } = good(await world.admin.get(`${CONFIG}/export?secrets=sealed`));
  const moved = [
    text.replaceAll(world.mock.origin, 'http://elsewhere.test'),
    text.replace('id: main', 'id: other'),
    text.replace('id: k1', 'id: k2'),
    text.replace(/sealed:v1:\S/, 'sealed:v1:X'),
  ];
  good(await world.admin.post(`${CONFIG}/import`, 'providers: []', YAML));
  for (const changed of moved) {
    const [status, code, message] = refusal(await world.admin.post(`${CONFIG}/import`, changed, YAML));
    assert.deepEqual([status, code], [400, 'invalid_field'], message);
    assert.match(message, /holds a sealed secret that does not open/);
  }
  const other = await AdministeredGateway.start();
  const answer = await other.admin.post(`${CONFIG}/import`, text, YAML);
  await other.close();
  assert.match(refusal(answer)[2], /^providers\.main holds a sealed secret that does not open/);
});

test('a sealed text is never used as a secret itself', async () => {
  const provider = { id: 'main', keys: [{ id: 'k1', secret: 'sealed:v1:abc:def' }], protocols: { 'openai-chat': 'http://127.0.0.1:9/v1' } };
  assert.match(refusal(await world.admin.post('/api/admin/providers', provider))[2], /is a sealed text/);
});

test('placeholders keep a stored secret only where it stands, and only for the same address', async () => {
  await setUp();
  const { text } = good(await world.admin.get(`${CONFIG}/export`));
  const moved = await world.admin.post(`${CONFIG}/import`, text.replaceAll(world.mock.origin, 'http://elsewhere.test'), YAML);
  assert.deepEqual(refusal(moved).slice(0, 2), [409, 'secret_required']);
  for (const changed of [text.replace('id: k1', 'id: k2'), text.replace('MAIN_K1}', 'MAIN_K2}'), text.replace('id: team-b', 'id: team-c')]) {
    const [status, , message] = refusal(await world.admin.post(`${CONFIG}/import`, changed, YAML));
    assert.equal(status, 400);
    assert.match(message, /is the placeholder \$\{HEADGATE_\w+\}, but nothing is stored that it could stand for/);
  }
});

test('the environment of the server is nobody’s to read', async () => {
  for (const name of ['HEADGATE_CANARY', 'PATH', 'ADMIN_TOKEN']) {
    for (const written of [`\${${name}}`, `\${${name}:-x}`, `a\${${name}}`]) {
      for (const body of [{ providers: [{ id: 'main', name: written }] }, { virtualKeys: [{ id: 'v', secret: written }] }]) {
        const answer = await world.admin.post(`${CONFIG}/import`, body);
        assert.equal(answer.status, 400, answer.text);
        assert.ok(!/canary-of|\/bin/.test(answer.text), answer.text);
      }
    }
  }
});

test('a plan says what would change and who would lose what, and does nothing', async () => {
  await setUp();
  const next = {
    providers: [{ id: 'main', models: ['n'], protocols: { 'openai-chat': world.address('main') }, keys: [{ id: 'k1', secret: UPSTREAM_SECRET }] }],
  };
  const plan = good(await world.admin.post(`${CONFIG}/plan?mode=merge`, next)).json;
  assert.deepEqual((plan['losses'] as { models: unknown }).models, { m: ['team-a', 'team-b', 'global-1'] });
  const lines = plan['lines'] as string[];
  assert.ok(lines.includes('3 virtual keys would lose the model m: team-a, team-b, global-1'), lines.join('\n'));
  assert.ok(
    lines.some((line) => line.startsWith('~ provider main: ') && line.includes('models ["m","n"] → ["n"]')),
    lines.join('\n'),
  );
  const all = good(await world.admin.post(`${CONFIG}/plan`, next)).json;
  assert.deepEqual((all['losses'] as { refused: unknown }).refused, ['team-a', 'team-b']);
  assert.deepEqual([await revision(), (await world.chat('m', CLIENT_SECRET)).status], [4, 200]);
});

test('merge leaves alone what is not named', async () => {
  await setUp();
  const added = { virtualKeys: [{ id: 'team-c', secret: 'another-client-secret' }], settings: { maxWaiting: 7 } };
  good(await world.admin.post(`${CONFIG}/import?mode=merge`, added));
  const ids = (good(await world.admin.get('/api/admin/virtual-keys')).json['items'] as { id: string }[]).map(({ id }) => id);
  assert.deepEqual(ids.toSorted(), ['global-1', 'team-a', 'team-b', 'team-c']);
  assert.deepEqual(good(await world.admin.get('/api/admin/settings')).json['set'], { maxAttempts: 3, maxWaiting: 7 });
  assert.equal((await world.chat('m', 'another-client-secret')).status, 200);
});

test('an import that cannot be used is refused whole, with the place of each mistake', async () => {
  await setUp();
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['providers:\n  - id: main\n    presett: openai\n', /import:3:5 providers\[0\]\.presett: unknown field "presett", did you mean "preset"\?/],
    ['providers: [', /import:1/],
    ['virtualKeys:\n  - { id: v, secret: short }\n', /virtualKeys\.v\.secret must have at least 8 characters/],
    ['virtualKeys:\n  - { id: v }\n', /needs the field "secret" or "secretHash"/],
    ['', /holds no configuration/],
    ['virtualKeys:\n  - { id: v, secret: the-same-secret }\n  - { id: w, secret: the-same-secret }\n', /repeats the secret/],
  ];
  for (const [text, message] of wrong) {
    const answer = await world.admin.post(`${CONFIG}/import`, text, YAML);
    assert.equal(answer.status, 400, answer.text);
    assert.match(refusal(answer)[2], message);
    assert.ok(!answer.text.includes('the-same-secret'), answer.text);
  }
  assert.deepEqual([await revision(), (await world.chat('m', CLIENT_SECRET)).status], [4, 200]);
});

test('an import goes by the revision that was planned on', async () => {
  await setUp();
  const body = { settings: { maxAttempts: 9 } };
  assert.equal((await world.admin.post(`${CONFIG}/import?mode=merge`, body, { 'if-match': '"3"' })).status, 412);
  good(await world.admin.post(`${CONFIG}/import?mode=merge`, body, { 'if-match': '"4"' }));
});

test('of two imports at once each is whole, and the later one stands', async () => {
  const many = (who: string): object => ({
    virtualKeys: Array.from({ length: 50 }, (_, n) => ({ id: `${who}-${n}`, secret: `${who}-secret-${n}-x` })),
  });
  const answers = await Promise.all(['a', 'b'].map((who) => world.admin.post(`${CONFIG}/import`, many(who))));
  assert.deepEqual(
    answers.map((answer) => good(answer).json['revision']),
    [1, 2],
  );
  const left = good(await world.admin.get('/api/admin/virtual-keys?limit=1000')).json['items'] as { id: string }[];
  assert.deepEqual(new Set(left.map(({ id }) => id.split('-', 1)[0])), new Set(['b', 'global']));
  assert.equal(left.length, 51);
});

test('five thousand virtual keys come in at once, and work', async () => {
  const lines = Array.from({ length: 5000 }, (_, n) => `  - { id: key-${n}, secret: secret-of-many-${n}, limits: { requestsPerMinute: 60 } }`);
  const startedAt = performance.now();
  const answer = good(await world.admin.post(`${CONFIG}/import`, `virtualKeys:\n${lines.join('\n')}\n`, YAML));
  process.stderr.write(`5,000 virtual keys: ${Math.round(performance.now() - startedAt)} ms\n`);
  assert.equal((answer.json['changes'] as unknown[]).length, 5000);
  good(await world.addProvider('main', { models: ['m'], keys: [UPSTREAM_SECRET] }));
  assert.equal((await world.chat('m', 'secret-of-many-4999')).status, 200);
  assert.equal(good(await world.admin.get('/api/admin/virtual-keys?q=key-4999')).json['total'], 1);
});

test('revisions tell who changed what, newest first, page by page', async () => {
  await setUp();
  const first = good(await world.admin.get(`${CONFIG}/revisions?limit=3`)).json;
  const told = (first['items'] as { number: number; summary: string; author: { name: string }; changes: number }[]).map(
    ({ number, summary, author, changes }) => [number, summary, author.name, changes],
  );
  assert.deepEqual(told, [
    [4, 'change settings', 'admin token', 1],
    [3, 'add virtual key team-b', 'admin token', 1],
    [2, 'add virtual key team-a', 'admin token', 1],
  ]);
  const second = good(await world.admin.get(`${CONFIG}/revisions?limit=3&cursor=${String(first['next'])}`)).json;
  assert.deepEqual([(second['items'] as unknown[]).length, second['next'], second['total']], [1, null, 4]);
  good(await world.admin.patch('/api/admin/virtual-keys/team-a', { models: ['n'] }));
  const { json } = good(await world.admin.get(`${CONFIG}/revisions/5`));
  const fields = [{ field: 'models', before: '["m"]', after: '["n"]' }];
  assert.deepEqual(json['changes'], [{ kind: 'virtual-key', id: 'team-a', change: 'changed', fields }]);
  assert.equal((await world.admin.get(`${CONFIG}/revisions/6`)).status, 404);
});

test('rollback brings a deleted provider back with its sealed keys, and traffic flows', async () => {
  await setUp();
  good(await world.admin.delete('/api/admin/providers/main'));
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 404);
  const plan = good(await world.admin.post(`${CONFIG}/plan-rollback`, { revision: 4 })).json;
  assert.deepEqual((plan['lines'] as string[]).toSorted(), ['+ provider main', '+ provider-key main/k1', 'Nobody loses anything.']);
  good(await world.admin.post(`${CONFIG}/rollback`, { revision: 4 }));
  assert.equal((await world.chat('m', CLIENT_SECRET)).status, 200);
  assert.equal(keySent(), `Bearer ${UPSTREAM_SECRET}`);
  const back = good(await world.admin.post(`${CONFIG}/plan-rollback`, { revision: 1 })).json;
  assert.ok((back['lines'] as string[]).includes('2 virtual keys would be refused: team-a, team-b'), JSON.stringify(back));
  assert.equal((await world.admin.post(`${CONFIG}/rollback`, { revision: 99 })).status, 404);
  good(await world.admin.post(`${CONFIG}/rollback`, { revision: 0 }));
  assert.equal(good(await world.admin.get('/api/admin/providers')).json['total'], 0);
});

test('each role may do what the table says', async () => {
  await setUp();
  const clients = await signInAll(world.gateway.origin, world.admin);
  const asked: readonly (readonly [method: string, path: string, body: object | undefined, least: 'viewer' | 'operator' | 'admin'])[] = [
    ['GET', '/api/admin/virtual-keys', undefined, 'viewer'],
    ['GET', '/api/admin/virtual-keys/team-a/usage', undefined, 'viewer'],
    ['POST', '/api/admin/virtual-keys', {}, 'operator'],
    ['PATCH', '/api/admin/virtual-keys/team-b', { name: 'b' }, 'operator'],
    ['POST', '/api/admin/virtual-keys/team-b/rotate', {}, 'operator'],
    ['GET', '/api/admin/settings', undefined, 'viewer'],
    ['PUT', '/api/admin/settings', { maxAttempts: 4 }, 'admin'],
    ['GET', `${CONFIG}/version`, undefined, 'operator'],
    ['POST', `${CONFIG}/reload`, {}, 'operator'],
    ['GET', `${CONFIG}/export`, undefined, 'operator'],
    ['GET', `${CONFIG}/export?secrets=sealed`, undefined, 'admin'],
    ['POST', `${CONFIG}/plan?mode=merge`, { settings: { maxAttempts: 5 } }, 'operator'],
    ['POST', `${CONFIG}/import?mode=merge`, { settings: { maxAttempts: 5 } }, 'admin'],
    ['GET', `${CONFIG}/revisions`, undefined, 'operator'],
    ['GET', `${CONFIG}/revisions/1`, undefined, 'operator'],
    ['POST', `${CONFIG}/plan-rollback`, { revision: 1 }, 'operator'],
    ['POST', `${CONFIG}/rollback`, { revision: 4 }, 'admin'],
  ];
  const ranks = ['viewer', 'operator', 'admin'] as const;
  for (const [method, path, body, least] of asked) {
    for (const role of ranks) {
      const { status } = await clients[role].request(method, path, body);
      const isAllowed = ranks.indexOf(role) >= ranks.indexOf(least);
      assert.equal(status === 403, !isAllowed, `${role} ${method} ${path}: ${status}`);
      if (isAllowed) assert.ok(status < 300, `${role} ${method} ${path}: ${status}`);
    }
  }
});

test('no secret comes out of anything', async () => {
  await setUp();
  const made = good(await world.admin.post('/api/admin/virtual-keys', { id: 'made' })).json;
  const rotated = good(await world.admin.post('/api/admin/virtual-keys/team-a/rotate', { graceSeconds: 60 })).json;
  good(await world.admin.patch('/api/admin/virtual-keys/team-b', { secret: 'canary-replacing-secret-1' }));
  good(await world.admin.post(`${CONFIG}/import?mode=merge`, { virtualKeys: [{ id: 'v', secret: 'canary-imported-secret-1' }] }));
  good(await world.admin.post(`${CONFIG}/rollback`, { revision: 4 }));
  const paths = [
    ...['', '/team-a', '/team-b', '/team-a/usage', '?q=team'].map((path) => `/api/admin/virtual-keys${path}`),
    '/api/admin/settings',
    ...['version', 'export', 'export?format=json', 'export?secrets=sealed', 'export?secrets=sealed&format=json', 'revisions'].map(
      (path) => `${CONFIG}/${path}`,
    ),
    ...Array.from({ length: await revision() }, (_, n) => `${CONFIG}/revisions/${n + 1}`),
    '/api/admin/providers',
    '/api/admin/audit',
  ];
  const secrets = [UPSTREAM_SECRET, CLIENT_SECRET, HEADER_SECRET, String(made['secret']), String(rotated['secret']), 'canary'];
  for (const path of paths) {
    const { text } = good(await world.admin.get(path));
    for (const secret of secrets) assert.ok(!text.includes(secret), `${path}: ${text}`);
    if (!path.includes('sealed')) assert.ok(!/sha256:[0-9a-f]{64}|sealed:v1:/.test(text), `${path}: ${text}`);
  }
  // At rest: the database with its audit log, the journal, and what the program said.
  const files = readdirSync(world.gateway.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.some(({ name }) => name === 'headgate.db'));
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    for (const secret of secrets) assert.ok(!bytes.includes(secret), `${name} holds ${secret}`);
  }
  assert.ok(!secrets.some((secret) => world.gateway.stderr().includes(secret) || world.gateway.stdout().includes(secret)));
});
