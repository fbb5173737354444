import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { AdminClient } from '../support/admin-client.ts';
import { AdministeredGateway, CALLER_KEY } from '../support/administered-gateway.ts';
import { signInAll } from '../support/role-clients.ts';
import { waitFor } from '../support/wait-for.ts';

const PATHS = ['/api/self', '/api/self/usage', '/api/self/exchanges'] as const;

interface Holder {
  readonly id: string;
  readonly secret: string;
  /** The key itself as a credential, and a session that began with it. */
  readonly clients: readonly AdminClient[];
}

let world: AdministeredGateway;
let a: Holder;
let b: Holder;

before(async () => {
  world = await AdministeredGateway.start();
  const made = await world.addProvider('hidden-provider', { models: ['m', 'n'], keys: [{ id: 'hidden-key', secret: 'sk-upstream-1-aaaaaaaa' }] });
  assert.equal(made.status, 201, made.text);
  a = await makeHolder('team-a', { name: 'Team A', models: ['m', 'n'], limits: { requestsPerMinute: 100 }, expiresAt: '2126-01-01' });
  b = await makeHolder('team-b', {});
  for (const [model, holder] of [
    ['m', a],
    ['n', a],
    ['m', b],
  ] as const)
    assert.equal((await world.chat(model, holder.secret)).status, 200);
  assert.equal((await world.chat('m', CALLER_KEY)).status, 200);
  await waitFor(
    'four exchanges in the ledger',
    async () => ((await world.admin.get('/api/admin/exchanges')).json['items'] as unknown[]).length === 4,
  );
});
after(() => world.close());

async function makeHolder(id: string, fields: object): Promise<Holder> {
  const made = await world.admin.post('/api/admin/virtual-keys', { id, ...fields });
  assert.equal(made.status, 201, made.text);
  const secret = String(made.json['secret']);
  const login = await new AdminClient(world.gateway.origin, null).post('/api/auth/login', { virtualKey: secret });
  assert.equal(login.status, 200, login.text);
  const clients = [secret, String(login.json['token'])].map((token) => new AdminClient(world.gateway.origin, token));
  return { id, secret, clients };
}

test('a virtual key sees what it may do and what it used, and nothing of others', async () => {
  for (const [holder, expected, models] of [
    [a, 2, ['m', 'n']],
    [b, 1, ['m']],
  ] as const) {
    for (const client of holder.clients) {
      const [self, usage, exchanges] = [await client.get('/api/self'), await client.get('/api/self/usage'), await client.get('/api/self/exchanges')];
      const replies = [self, usage, exchanges];
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200, 200],
      );
      assert.equal(self.json['id'], holder.id);
      assert.equal((usage.json['now'] as { exchanges: number }).exchanges, expected);
      assert.deepEqual((usage.json['models'] as { id: string }[]).map(({ id }) => id).toSorted(), models);
      assert.equal((exchanges.json['items'] as unknown[]).length, expected);
      const told = replies.map(({ text }) => text).join('\n');
      assert.ok(!/hidden-|trace|attempts/.test(told), told);
      assert.ok(!told.includes(holder === a ? 'team-b' : 'team-a'), told);
    }
  }
  const self = await a.clients[0]?.get('/api/self');
  assert.deepEqual(self?.json, {
    id: 'team-a',
    name: 'Team A',
    enabled: true,
    expiresAtMs: Date.UTC(2126, 0, 1),
    models: ['m', 'n'],
    providers: null,
    limits: { requestsPerMinute: 100 },
  });
});

test('a virtual key names no virtual key, whichever and however', async () => {
  const attempts = ['virtualKey=team-b', 'virtualKey=team-a', 'virtualKey=', 'virtualKeyId=team-b', 'id=team-b', 'q=team-b', 'virtualKey=-', 'key=k'];
  for (const path of PATHS) {
    for (const client of a.clients) {
      for (const query of attempts) {
        const { status, text } = await client.get(`${path}?${query}`);
        assert.equal(status, query.startsWith('virtualKey=') ? 403 : 400, `${path}?${query}: ${text}`);
        assert.ok(!text.includes('"items"') && !text.includes('"now"'));
      }
      const twice = await client.get(`${path}?virtualKey=team-b&virtualKey=team-a`);
      assert.ok(twice.status === 400 || twice.status === 403);
    }
  }
  const [exchange] = (await world.admin.get('/api/admin/exchanges?virtualKey=team-b')).json['items'] as { id: string }[];
  for (const client of a.clients) {
    const cursor = Buffer.from(`${Date.now() + 60_000}.${exchange?.id}`).toString('base64url');
    const { text, status } = await client.get(`/api/self/exchanges?cursor=${cursor}`);
    assert.equal(status, 200);
    assert.ok(!text.includes(String(exchange?.id)));
  }
});

test('a virtual key enters no room of the administration, live events among them', async () => {
  const rooms = ['exchanges', 'exchanges/export', 'stats', 'stats/top?by=caller', 'stats/keys', 'timeseries', 'audit', 'logs', 'status', 'events'];
  for (const client of [...a.clients, ...b.clients])
    for (const room of rooms) assert.equal((await client.get(`/api/admin/${room}`)).status, 403, room);
});

test('users name the virtual key they mean, and hear so where they do not', async () => {
  const roles = await signInAll(world.gateway.origin, world.admin);
  for (const client of [...Object.values(roles), world.admin]) {
    const bare = await client.get('/api/self');
    assert.equal(bare.status, 403);
    assert.match(bare.text, /name the one they mean with \?virtualKey=/);
    assert.equal((await client.get('/api/self?virtualKey=team-a')).json['name'], 'Team A');
    assert.equal(((await client.get('/api/self/exchanges?virtualKey=team-b')).json['items'] as unknown[]).length, 1);
    assert.equal((await client.get('/api/self/usage?virtualKey=nobody')).status, 404);
  }
});

test('a virtual key that is disabled sees nothing any more, with itself or with its session', async () => {
  const gone = await makeHolder('gone', {});
  for (const client of gone.clients) assert.equal((await client.get('/api/self')).status, 200);
  assert.equal((await world.admin.patch('/api/admin/virtual-keys/gone', { enabled: false })).status, 200);
  for (const client of gone.clients) for (const path of PATHS) assert.equal((await client.get(path)).status, 401, path);
});
