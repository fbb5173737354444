import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { AdminReply } from '../support/admin-client.ts';
import { AdministeredGateway } from '../support/administered-gateway.ts';
import { send } from '../support/http-client.ts';
import { chatBody } from '../support/mocked-gateway.ts';
import { signInAll } from '../support/role-clients.ts';
import { waitFor } from '../support/wait-for.ts';

interface Shown {
  readonly id: string;
  readonly startedAt: number;
  readonly status: number;
  readonly publicModel: string;
  readonly virtualKeyId: string;
  readonly keyId: string;
  readonly attempts: readonly { readonly keyId: string; readonly status: number }[];
  readonly usage: { readonly provenance: string };
  readonly costMicroUsd: number;
  readonly clientRequestId: string | null;
}

const CANARY = 'sk-canary-of-a-provider-key-1';
const FORMULA = '=cmd|calc!A1';
let world: AdministeredGateway;
let teamKey: string;
/** Oldest first: served by the second key, served, of an unknown model of the provider, refused by the upstream. */
let ids: readonly string[];

before(async () => {
  world = await AdministeredGateway.start();
  const keys = [
    { id: 'k1', secret: CANARY },
    { id: 'k2', secret: 'sk-upstream-2-bbbbbbbb' },
  ];
  const made = await world.addProvider('main', {
    models: ['m', 'n', FORMULA],
    keys,
    pool: { strategy: 'fill-first' },
    headers: { 'x-tenant': 'canary-header-value-1111111111' },
  });
  assert.equal(made.status, 201, made.text);
  teamKey = String((await world.admin.post('/api/admin/virtual-keys', { id: 'team', name: 'The team' })).json['secret']);
  world.mock.script({ rules: [{ match: { key: CANARY }, status: 401 }] });
  await chat('m');
  world.mock.script({});
  await chat('n');
  await chat(FORMULA, { 'x-request-id': 'client-chosen-id' });
  world.mock.script({ rules: [{ status: 400 }] });
  await chat('m');
  world.mock.script({});
  const items = await waitFor('four exchanges in the ledger', async () => {
    const found = await list();
    return found.length === 4 && found;
  });
  ids = items.map(({ id }) => id).toReversed();
});
after(() => world.close());

async function chat(model: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const url = `${world.gateway.origin}/v1/chat/completions`;
  await send({ url, headers: { authorization: `Bearer ${teamKey}`, ...headers }, body: chatBody(model) });
}

async function list(query = ''): Promise<readonly Shown[]> {
  const reply = await world.admin.get(`/api/admin/exchanges${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json['items'] as Shown[];
}

test('exchanges are listed newest first, with attempts and without their trace', async () => {
  const items = await list();
  assert.deepEqual(
    items.map(({ publicModel, status }) => [publicModel, status]),
    [
      ['m', 400],
      [FORMULA, 200],
      ['n', 200],
      ['m', 200],
    ],
  );
  const first = items.at(-1);
  assert.deepEqual(
    first?.attempts.map(({ keyId, status }) => [keyId, status]),
    [
      ['k1', 401],
      ['k2', 200],
    ],
  );
  assert.deepEqual([first.keyId, first.virtualKeyId, first.usage.provenance], ['k2', 'team', 'measured']);
  assert.ok(items.every((item) => !('trace' in item)));
  assert.ok((await list('?trace=true')).every((item) => 'trace' in item && item.trace !== null));
});

test('one exchange is shown with how it was decided, and one that is not there is none', async () => {
  const reply = await world.admin.get(`/api/admin/exchanges/${ids[0]}`);
  assert.deepEqual([reply.status, reply.json['id']], [200, ids[0]]);
  assert.ok((reply.json['trace'] as { candidates: unknown[] }).candidates.length > 0);
  assert.equal((await world.admin.get('/api/admin/exchanges/nobody')).status, 404);
});

test('filters narrow the list, alone and together', async () => {
  const [a, b, c, d] = ids;
  const started = Number((await list())[0]?.startedAt);
  const cases: readonly (readonly [query: string, expected: readonly (string | undefined)[]])[] = [
    ['model=m', [d, a]],
    ['model=m&status=2xx', [a]],
    ['status=400', [d]],
    ['outcome=ok', [c, b, a]],
    ['key=main/k2', [d, c, b, a]],
    ['key=k1', []],
    ['provider=main', [d, c, b, a]],
    ['provider=other', []],
    ['virtualKey=team', [d, c, b, a]],
    ['virtualKey=-', []],
    ['stream=true', []],
    ['minCostMicroUsd=1000000000', []],
    ['minDurationMs=0', [d, c, b, a]],
    [`from=${started}`, [d]],
    [`before=${started}`, [c, b, a]],
    ['from=2100-01-01', []],
    ['q=client-chosen-id', [c]],
    ['q=CMD%7Ccalc', [c]],
    [`q=${b}`, [b]],
    [`q=${a}&model=n`, []],
  ];
  for (const [query, expected] of cases) assert.deepEqual(idsOf(await list(`?${query}`)), expected, query);
});

test('pages join to the whole list, and a cursor of nobody is refused', async () => {
  const found: string[] = [];
  for (let cursor: string | null = null; ;) {
    const { json }: AdminReply = await world.admin.get(`/api/admin/exchanges?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
    found.push(...idsOf(json['items'] as Shown[]));
    cursor = json['next'] as string | null;
    if (cursor === null) break;
  }
  assert.deepEqual(found, ids.toReversed());
  for (const query of ['cursor=nonsense', 'status=9xx', 'from=yesterday', 'outcome=fine', 'colour=red', 'limit=0', 'limit=1001']) {
    const { status, json } = await world.admin.get(`/api/admin/exchanges?${query}`);
    assert.equal(status, 400, query);
    assert.equal((json['error'] as { param: string }).param, query.split('=')[0], query);
  }
});

test('the export is the same list as CSV, in which nothing is a formula', async () => {
  const reply = await world.admin.get('/api/admin/exchanges/export?format=csv');
  assert.equal(reply.status, 200);
  assert.match(String(reply.headers['content-type']), /^text\/csv/);
  assert.deepEqual([reply.headers['x-headgate-rows'], reply.headers['x-headgate-cut']], ['4', 'false']);
  const lines = reply.text.split('\r\n');
  assert.equal(lines.length, 6);
  assert.deepEqual(
    lines.slice(1, 5).map((line) => line.split(',')[0]),
    ids.toReversed(),
  );
  assert.ok(reply.text.includes(`,'${FORMULA},`));
  const some = await world.admin.get('/api/admin/exchanges/export?model=n');
  assert.equal(some.text.split('\r\n').length, 3);
});

test('totals tell what the exchanges came to, beside the time before', async () => {
  const { json } = await world.admin.get('/api/admin/stats?period=24h');
  const items = await list();
  const now = json['now'] as Record<string, unknown>;
  assert.deepEqual(
    [now['exchanges'], now['success'], now['failure'], now['successShare'], now['statusClasses']],
    [4, 3, 1, 0.75, { '2xx': 3, '4xx': 1 }],
  );
  assert.equal(
    now['costMicroUsd'],
    items.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
  );
  const before = json['before'] as Record<string, unknown>;
  assert.deepEqual([before['exchanges'], before['successShare'], before['duration']], [0, null, { meanMs: null, p50Ms: null, p95Ms: null }]);
  assert.equal(before['beforeMs'], now['fromMs']);
});

test('rankings count exchanges, and attempts of keys count every call', async () => {
  const models = (await world.admin.get('/api/admin/stats/top?by=model')).json['items'] as { id: string; exchanges: number }[];
  assert.deepEqual([models[0]?.id, models[0]?.exchanges, models.length], ['m', 2, 3]);
  const callers = (await world.admin.get('/api/admin/stats/top?by=caller')).json['items'] as { id: string; name: string }[];
  assert.deepEqual([callers[0]?.id, callers[0]?.name], ['team', 'The team']);
  const keys = (await world.admin.get('/api/admin/stats/keys')).json['items'] as Record<string, unknown>[];
  const told = keys.map(({ key, attempts, success, failure, statusClasses }) => [key, attempts, success, failure, statusClasses]);
  assert.deepEqual(told, [
    ['k2', 4, 3, 1, { '2xx': 3, '4xx': 1 }],
    ['k1', 1, 0, 1, { '4xx': 1 }],
  ]);
  assert.equal((await world.admin.get('/api/admin/stats/top')).status, 400);
});

test('a series has every stretch of its window, and no more than 1500', async () => {
  const { json } = await world.admin.get('/api/admin/timeseries?by=model&bucket=hour&ids=m,nobody');
  const series = json['series'] as { id: string; points: { t: number; exchanges: number; success: number; failure: number }[] }[];
  assert.deepEqual(
    series.map(({ id }) => id),
    ['m', 'nobody'],
  );
  assert.equal(json['bucketMs'], 3_600_000);
  const [m, nobody] = series.map(({ points }) => points);
  assert.ok(m !== undefined && m.length >= 24 && m.length <= 26 && nobody?.length === m.length);
  assert.ok(m.every(({ t }, index) => t % 3_600_000 === 0 && t === (m[0]?.t ?? 0) + index * 3_600_000));
  const sum = (field: 'exchanges' | 'success' | 'failure'): number => m.reduce((all, point) => all + point[field], 0);
  assert.deepEqual([sum('exchanges'), sum('success'), sum('failure')], [2, 1, 1]);
  assert.ok(nobody.every(({ exchanges }) => exchanges === 0));
  const tooMany = await world.admin.get('/api/admin/timeseries?period=30d&bucket=minute');
  assert.deepEqual([tooMany.status, (tooMany.json['error'] as { param: string }).param], [400, 'bucket']);
  const all = (await world.admin.get('/api/admin/timeseries?period=7d')).json['series'] as typeof series;
  assert.deepEqual([all.length, all[0]?.id], [1, null]);
});

test('the status names what is wrong, why and until when', async () => {
  const calm = (await world.admin.get('/api/admin/status')).json;
  assert.deepEqual([calm['waiting'], calm['listeners'], calm['problemsLeftOut']], [0, 0, 0]);
  await world.admin.post('/api/admin/providers/main/keys/k2/suspend', {});
  const reply = await world.admin.get('/api/admin/status');
  const problems = reply.json['problems'] as { kind: string; severity: string; what: string; why: string; key: string | null }[];
  const suspended = problems.find(({ kind, key }) => kind === 'key' && key === 'k2');
  assert.deepEqual([suspended?.severity, suspended?.what], ['error', 'Key main/k2 is suspended']);
  assert.notEqual(suspended?.why, '');
  assert.equal((reply.json['keys'] as { suspended: number }).suspended, 1);
  await world.admin.post('/api/admin/providers/main/keys/k2/wake', {});
  const after = (await world.admin.get('/api/admin/status')).json['problems'] as typeof problems;
  assert.equal(
    after.find(({ key }) => key === 'k2'),
    undefined,
  );
});

test('the log of the process can be read and searched, without secrets', async () => {
  const { json, text } = await world.admin.get('/api/admin/logs?limit=1000');
  const items = json['items'] as { level: string; msg: string; time: string }[];
  assert.ok(items.some(({ msg }) => msg.startsWith('setting port')));
  assert.ok(items.every(({ time }, index) => index === 0 || time <= (items[index - 1]?.time ?? '')));
  assert.ok(!/canary|admin-of-tests/.test(text), text);
  const found = (await world.admin.get('/api/admin/logs?q=SETTING%20port&limit=1')).json['items'] as typeof items;
  assert.deepEqual([found.length, found[0]?.level], [1, 'info']);
  assert.deepEqual((await world.admin.get('/api/admin/logs?level=fatal')).json['items'], []);
});

test('the audit log tells every change by filter and page, and holds no secret', async () => {
  await world.admin.put('/api/admin/providers/main/keys/k1', { secret: 'sk-canary-second-secret' });
  await world.admin.put('/api/admin/providers/main', { headers: { 'x-tenant': 'canary-header-value-2222222222' } });
  await world.admin.post('/api/admin/virtual-keys', { id: 'brought', secret: 'canary-brought-secret-1' });
  await world.admin.post('/api/auth/login', { username: CANARY, password: 'canary-typed-password' });
  const texts: string[] = [];
  const entries: { id: string; action: string; subjectId: string | null; atMs: number; actorId: string | null }[] = [];
  for (let cursor: string | null = null; ;) {
    const reply: AdminReply = await world.admin.get(`/api/admin/audit?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    assert.equal(reply.status, 200, reply.text);
    texts.push(reply.text);
    entries.push(...(reply.json['items'] as typeof entries));
    cursor = reply.json['next'] as string | null;
    if (cursor === null) break;
  }
  assert.ok(!/canary/.test(texts.join('')), texts.join('\n'));
  assert.ok(!texts.join('').includes(teamKey));
  assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
  assert.deepEqual(
    entries.map(({ atMs }) => atMs),
    entries.map(({ atMs }) => atMs).toSorted((a, b) => b - a),
  );
  for (const [query, isMeant] of [
    ['action=login.failed', ({ action }: (typeof entries)[0]) => action === 'login.failed'],
    ['actor=admin-token', ({ actorId }: (typeof entries)[0]) => actorId === 'admin-token'],
    ['before=1000', () => false],
    ['from=2100-01-01', () => false],
  ] as const) {
    const found = (await world.admin.get(`/api/admin/audit?limit=1000&${query}`)).json['items'] as typeof entries;
    assert.deepEqual(idsOf(found), idsOf(entries.filter(isMeant)), query);
  }
  assert.ok(entries.some(({ action }) => action === 'login.failed'));
  assert.ok(((await world.admin.get('/api/admin/audit?q=brought')).json['items'] as unknown[]).length > 0);
});

test('each role sees what it may', async () => {
  const roles = await signInAll(world.gateway.origin, world.admin);
  const table: readonly (readonly [path: string, viewer: number, operator: number, admin: number])[] = [
    ['/api/admin/exchanges', 200, 200, 200],
    ['/api/admin/exchanges/export', 200, 200, 200],
    ['/api/admin/stats', 200, 200, 200],
    ['/api/admin/stats/keys', 200, 200, 200],
    ['/api/admin/timeseries', 200, 200, 200],
    ['/api/admin/status', 200, 200, 200],
    ['/api/admin/logs', 403, 200, 200],
    ['/api/admin/audit', 403, 200, 200],
  ];
  for (const [path, ...expected] of table) {
    const { viewer, operator, admin } = roles;
    const got = await Promise.all([viewer, operator, admin].map(async (client) => (await client.get(path)).status));
    assert.deepEqual(got, expected, path);
  }
});

function idsOf(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id);
}
