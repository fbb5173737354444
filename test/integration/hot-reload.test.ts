import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { MockedGateway, TESTER_KEY } from '../support/mocked-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const OLD = { id: 'vendor', models: ['old'], keys: ['sk-vendor-12345'] };
const NEW = { id: 'vendor', models: ['new'], keys: ['sk-vendor-12345', 'sk-vendor-67890'] };

interface Readiness {
  readonly status: string;
  readonly revision: number;
  readonly config: string;
}

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: [OLD] });
});
after(() => world.close());

async function readiness(): Promise<Readiness> {
  const answer = await world.send('/health/ready', { key: null });
  assert.equal(answer.status, 200);
  return answer.json() as Readiness;
}

function whenReady(what: string, test: (ready: Readiness) => boolean): Promise<Readiness> {
  return waitFor(what, async () => {
    const ready = await readiness();
    return test(ready) ? ready : null;
  });
}

test('a good change is in force for the next request', async () => {
  const { revision } = await readiness();
  assert.equal((await world.chat('old')).status, 200);
  assert.equal((await world.chat('new')).status, 404);
  world.gateway.writeConfig(world.config({ providers: [NEW] }));
  await whenReady('the next revision', (ready) => ready.revision === revision + 1 && ready.config === 'ok');
  assert.equal((await world.chat('old')).status, 404);
  assert.equal((await world.chat('new')).status, 200);
});

test('a stream that is under way ends as it began, under the configuration it began with', async () => {
  world.script({ rules: [{ chunks: 30, intervalMs: 20 }] });
  const stream = await world.streamChat('new');
  await stream.events.next();
  const { revision } = await readiness();
  world.gateway.writeConfig(world.config({ providers: [{ id: 'other', models: ['else'], keys: ['sk-other-12345'] }] }));
  await whenReady('the next revision', (ready) => ready.revision === revision + 1);
  const rest = await Array.fromAsync(stream.events);
  assert.equal(rest.at(-1)?.data, '[DONE]');
  assert.equal((await world.chat('new')).status, 404);
  world.script({});
  world.gateway.writeConfig(world.config({ providers: [NEW] }));
  await whenReady('the old model again', (ready) => ready.revision === revision + 2);
});

test('a bad change leaves the last good one in force, and readiness says why', async () => {
  const { revision } = await readiness();
  for (const [bad, reason] of [
    ['providers:\n  - id: vendor\n    preset: openai\n    keyz: ["sk-canary-123456"]\n', /unknown field "keyz", did you mean "keys"/],
    ['providers: [', /headgate-test\.yaml:\d+:\d+/],
    ['providers:\n  - { id: vendor, preset: openai, keys: ["${NOT_SET_ANYWHERE}"] }\n', /NOT_SET_ANYWHERE is not set/],
  ] as const) {
    world.gateway.writeConfig(bad);
    const ready = await whenReady(`the reason ${String(reason)}`, ({ config }) => reason.test(config));
    assert.equal(ready.revision, revision);
    assert.equal(ready.status, 'ready');
    assert.ok(!ready.config.includes('sk-canary-123456'));
    assert.equal((await world.chat('new')).status, 200);
  }
  world.gateway.writeConfig(world.config({ providers: [NEW] }));
  await whenReady('the end of the problem', ({ config }) => config === 'ok');
  assert.equal((await world.chat('new')).status, 200);
});

test('a deleted file leaves the last good one in force, and its return is noticed', async () => {
  const { revision } = await readiness();
  rmSync(world.gateway.configPath);
  const ready = await whenReady('the word of the deletion', ({ config }) => /was deleted; the last good configuration stays/.test(config));
  assert.equal(ready.revision, revision);
  assert.equal((await world.chat('new')).status, 200);
  world.gateway.writeConfig(world.config({ providers: [OLD] }));
  await whenReady('the file that came back', (now) => now.revision > revision && now.config === 'ok');
  assert.equal((await world.chat('old')).status, 200);
});

test('a removed virtual key is refused from the next request on', async () => {
  const { revision } = await readiness();
  const config = world.config({ providers: [OLD] }) as { virtualKeys: readonly { secret: string }[] };
  world.gateway.writeConfig({ ...config, virtualKeys: [{ id: 'another', secret: 'hg-another-12345' }] });
  await whenReady('the next revision', (ready) => ready.revision > revision);
  assert.equal((await world.chat('old', { key: TESTER_KEY })).status, 401);
  assert.equal((await world.chat('old', { key: 'hg-another-12345' })).status, 200);
  world.gateway.writeConfig(config);
  await whenReady('the key again', (ready) => ready.revision > revision + 1);
});

test('a rest survives a reload of the same keys', async () => {
  const { revision } = await readiness();
  world.script({ rules: [{ status: 429, retryAfterSeconds: 60 }] });
  assert.equal((await world.chat('old')).status, 429);
  world.script({});
  world.gateway.writeConfig(world.config({ providers: [{ ...OLD, models: ['old', 'older'] }] }));
  await whenReady('the next revision', (ready) => ready.revision > revision);
  const answer = await world.chat('old');
  assert.equal(answer.status, 429);
  assert.match(answer.text, /all_keys_resting/);
});

test('no reload wrote a secret to the log', () => {
  const output = world.gateway.stdout() + world.gateway.stderr();
  for (const secret of ['sk-vendor-12345', 'sk-vendor-67890', 'sk-canary-123456', TESTER_KEY]) assert.ok(!output.includes(secret), secret);
});
