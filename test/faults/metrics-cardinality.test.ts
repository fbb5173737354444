import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import fc from 'fast-check';

import { createOpsRoutes } from '../../src/app/ops-routes.ts';
import type { OpsView } from '../../src/app/ops-routes.ts';
import type { GatewaySnapshot } from '../../src/config/snapshot.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { MetricsReading } from '../support/read-metrics.ts';
import { runMany } from '../support/run-many.ts';

const REQUESTS = 5000;
const MOST_NEW_SERIES = 50;
const AT_A_TIME = 24;
const SEED = 57;

const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
const segment = fc.stringMatching(/^[A-Za-z0-9._~%-]{1,24}$/);
const PATHS = ['/v1/chat/completions', '/v1/embeddings', '/v1/messages', '/v1/responses'];

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      { id: 'open', preset: 'openai', keys: ['sk-open-12345'] },
      { id: 'rest', kind: 'rest', keys: ['sk-rest-12345'] },
    ],
  });
});
after(async () => {
  agent.destroy();
  await world.close();
});

/** Series of every kind that these requests may rightly make. */
async function warmUp(): Promise<void> {
  const strange = { headers: { 'x-llm-provider': 'nobody' }, agent };
  for (const path of PATHS) await world.send(path, { body: { model: 'm' }, ...strange });
  for (const path of ['/proxy/nobody/x', '/llm/nobody/x']) await world.send(path, { method: 'GET', agent });
  for (const path of PATHS)
    for (const key of [undefined, null, 'hg-wrong-12345'] as const)
      await world.send(path, { body: { model: 'm' }, ...(key === undefined ? {} : { key }), agent });
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'POST'])
    for (const path of ['/v1/other', '/proxy/rest/x', '/llm/open/x', '/v1beta/x']) await world.send(path, { method, agent });
  await world.send('/v1beta/models/m:generateContent', { body: {}, agent });
}

test('5,000 random models, paths, methods, providers and keys make at most 50 new series', async (t) => {
  await warmUp();
  const before = await MetricsReading.of(world.origin);
  const plans = fc.sample(fc.record({ kind: fc.nat({ max: 6 }), name: segment, other: segment, path: fc.constantFrom(...PATHS) }), {
    numRuns: REQUESTS,
    seed: SEED,
  });
  const statuses = await runMany(REQUESTS, AT_A_TIME, async (index) => {
    const { kind, name, other, path } = plans[index] ?? assert.fail('there is a plan');
    switch (kind) {
      case 0:
      case 1:
        return (await world.send(path, { body: { model: `${name}/${other}`, messages: [] }, agent })).status;
      case 2:
        return (await world.send(`/v1/${name}/${other}`, { method: 'GET', agent })).status;
      case 3:
        return (await world.send(`/v1beta/models/${name}:generateContent`, { body: { contents: [] }, agent })).status;
      case 4:
        return (await world.send(`/proxy/${name.toLowerCase()}/${other}`, { method: 'GET', agent })).status;
      case 5:
        return (await world.send(path, { body: { model: name }, headers: { 'x-llm-provider': other, 'user-agent': name }, agent })).status;
      default:
        return (await world.send(index % 2 === 0 ? path : `/${name}/${other}`, { key: `hg-${name}`, body: { model: name }, agent })).status;
    }
  });
  const afterwards = await MetricsReading.of(world.origin);
  const known = new Set(before.series.map((line) => line.slice(0, line.lastIndexOf(' '))));
  const fresh = afterwards.series.map((line) => line.slice(0, line.lastIndexOf(' '))).filter((name) => !known.has(name));
  t.diagnostic(
    `figure: ${REQUESTS} random requests (status ${[...new Set(statuses)].toSorted((a, b) => a - b).join(', ')}): ${fresh.length} new series of ${afterwards.series.length}`,
  );
  assert.ok(statuses.includes(200) && statuses.includes(404) && statuses.includes(401));
  assert.ok(fresh.length <= MOST_NEW_SERIES, fresh.slice(0, 20).join('\n'));
});

test('5,000 more made-up model names do not grow the metrics', async (t) => {
  const before = await MetricsReading.of(world.origin);
  await runMany(REQUESTS, AT_A_TIME, (index) =>
    world.send('/v1/chat/completions', { body: { model: `made-up-${index}-${index * 7919}`, messages: [] }, agent }),
  );
  const afterwards = await MetricsReading.of(world.origin);
  t.diagnostic(
    `figure: ${REQUESTS} made-up models: ${afterwards.series.length - before.series.length} new series, /metrics ${before.text.length} then ${afterwards.text.length} bytes`,
  );
  assert.equal(afterwards.series.length, before.series.length);
  assert.equal(afterwards.text.includes('made-up-'), false);
});

test('metrics are refused to whoever asks from elsewhere without the admin token', async (t) => {
  const token = 'an-admin-token-0123456789';
  const view: OpsView = {
    version: '1',
    instanceId: 'i',
    startedAtMs: 0,
    snapshot: () => ({ revision: 1, providers: [], callers: new Map() }) as unknown as GatewaySnapshot,
    isDraining: () => false,
    configProblem: () => null,
    journal: () => ({ lag: 0, bytes: 0, writeErrors: 0, ledgerErrors: 0, problem: null }),
    metrics: () => Promise.resolve('secret_series 1\n'),
    metricsType: 'text/plain',
    metricsPath: '/metrics',
    metricsPublic: false,
    adminToken: token,
    newRequestId: () => 'id',
  };
  const { fastify } = await createOpsRoutes(view);
  const ask = async (remoteAddress: string, headers: Record<string, string> = {}): Promise<number> => {
    const answer = await fastify.inject({ url: '/metrics', remoteAddress, headers });
    assert.equal(answer.body.includes('secret_series'), answer.statusCode === 200);
    return answer.statusCode;
  };
  const strangers = ['203.0.113.7', '10.0.0.5', '192.168.1.20', '::ffff:203.0.113.7', '2001:db8::1', 'fe80::1', '128.0.0.1', '::127.0.0.1'];
  let refused = 0;
  for (const address of strangers) if ((await ask(address)) === 401) refused += 1;
  for (const header of ['x-forwarded-for', 'forwarded', 'via']) if ((await ask('127.0.0.1', { [header]: '127.0.0.1' })) === 401) refused += 1;
  for (const wrong of ['', 'x', token.slice(1), `${token} `.repeat(2)])
    if ((await ask('203.0.113.7', { 'x-admin-token': wrong })) === 401) refused += 1;
  t.diagnostic(`figure: unauthenticated scrapes from elsewhere: ${refused} of ${strangers.length + 7} refused`);
  assert.equal(refused, strangers.length + 7);
  assert.deepEqual(
    [
      await ask('127.0.0.1'),
      await ask('::1'),
      await ask('203.0.113.7', { authorization: `Bearer ${token}` }),
      await ask('203.0.113.7', { 'x-admin-token': token }),
    ],
    [200, 200, 200, 200],
  );
  await fastify.close();
});
