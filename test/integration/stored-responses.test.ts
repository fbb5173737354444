import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import type { RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import type { ClientAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { CallExtra, ProviderPlan } from '../support/mocked-gateway.ts';
import { pick, pickText } from '../support/pick.ts';
import { readWhole } from '../support/told-answer.ts';
import { waitFor } from '../support/wait-for.ts';

const OTHER_KEY = 'hg-other-9a8b7c6d5e4f';
const KEYS = ['sk-first-0123456789', 'sk-second-0123456789', 'sk-third-0123456789'];

function storing(id: string, keys: readonly string[] = KEYS.map((key) => `${key}-${id}`)): ProviderPlan {
  return { id, speaks: ['openai-responses'], models: ['thinker'], keys };
}

const PROVIDERS = [
  storing('near'),
  storing('far'),
  { id: 'claude', speaks: ['anthropic-messages'], models: ['other-thinker'], keys: ['sk-claude-0123456789'] },
];

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({ providers: PROVIDERS, virtualKeys: [{ id: 'other', secret: OTHER_KEY }] });
});
after(() => world.close());

/** Who served the last call: the provider and its key. */
function lastServed(): { readonly provider: string; readonly key: string | null; readonly request: RecordedRequest } {
  const request = world.mock.requests.at(-1) ?? assert.fail('nobody was asked');
  return { provider: request.url.split('/')[1] ?? '', key: request.key, request };
}

/** Where a response was stored. */
interface Home {
  readonly id: string;
  readonly provider: string;
  readonly key: string | null;
}

function respond(more: object = {}, extra: CallExtra = {}): Promise<ClientAnswer> {
  return world.send('/v1/responses', { body: { model: 'thinker', input: 'Hello', ...more }, ...extra });
}

async function create(more: object = {}): Promise<Home> {
  const answer = await respond(more);
  assert.equal(answer.status, 200, answer.text);
  const { provider, key } = lastServed();
  return { id: pickText(answer.json(), 'id'), provider, key };
}

/** So many responses that every key of both providers has made one. */
async function createOnAllKeys(): Promise<readonly Home[]> {
  const homes: Home[] = [];
  for (let turn = 0; turn < 40 && new Set(homes.map(({ key }) => key)).size < 2 * KEYS.length; turn += 1) homes.push(await create());
  assert.equal(new Set(homes.map(({ key }) => key)).size, 2 * KEYS.length, 'each key made one');
  return homes;
}

function assertServedBy({ provider, key }: Home): void {
  const served = lastServed();
  assert.deepEqual([served.provider, served.key], [provider, key]);
}

function assertNotFound(answer: ClientAnswer, param: string): void {
  const { status, error } = readWhole('openai-responses', answer);
  assert.deepEqual([status, error?.code, error?.param], [404, 'state_not_found', param]);
}

test('what goes on from a stored response, reads it or deletes it goes to the key that made it', async () => {
  for (const home of await createOnAllKeys()) {
    assert.equal((await respond({ previous_response_id: home.id })).status, 200);
    assertServedBy(home);
    for (const [method, path] of [
      ['GET', `/v1/responses/${home.id}`],
      ['GET', `/v1/responses/${home.id}/input_items?limit=2`],
      ['POST', `/v1/responses/${home.id}/cancel`],
      ['DELETE', `/v1/responses/${home.id}`],
    ] as const) {
      assert.equal((await world.send(path, { method })).status, 200);
      assertServedBy(home);
      const { url, method: sent } = lastServed().request;
      assert.deepEqual([sent, url], [method, `/${home.provider}${path}`]);
    }
  }
});

test('a chain of responses stays with the key of its first', async () => {
  const first = await create();
  let last = first;
  for (let turn = 0; turn < 5; turn += 1) {
    last = await create({ previous_response_id: last.id });
    assertServedBy(first);
  }
});

test('a streamed response is stored as well, and is known before its end', async () => {
  world.script({ rules: [{ times: 1, chunks: 1000, intervalMs: 20 }] });
  const answer = await world.open('/v1/responses', { body: { model: 'thinker', input: 'Hello', stream: true } });
  const first = await answer.events.next();
  const { provider, key } = lastServed();
  const id = pickText(JSON.parse(first.value?.data ?? ''), 'response', 'id');
  assert.equal((await world.send(`/v1/responses/${id}`)).status, 200);
  assertServedBy({ id, provider, key });
  answer.abort();
  assert.equal((await respond({ previous_response_id: id, stream: true })).status, 200);
  assertServedBy({ id, provider, key });
});

test('a conversation belongs to the key that made it, however it is named', async () => {
  world.script({ rules: [{ match: { path: '/conversations$' }, body: { id: 'conv_abc123', object: 'conversation', created_at: 1 } }] });
  assert.equal((await world.send('/v1/conversations', { body: { metadata: {} } })).status, 200);
  const { provider, key } = lastServed();
  const home = { id: 'conv_abc123', provider, key };
  for (let turn = 0; turn < 3; turn += 1) {
    for (const conversation of [home.id, { id: home.id }]) {
      assert.equal((await respond({ conversation })).status, 200);
      assertServedBy(home);
    }
    assert.equal((await world.send(`/v1/conversations/${home.id}/items`)).status, 200);
    assertServedBy(home);
  }
  assertNotFound(await respond({ conversation: home.id }, { key: OTHER_KEY }), 'conversation');
  world.script({});
});

test('another virtual key is told that there is nothing, and no upstream is asked', async () => {
  const { id } = await create();
  const asked = world.mock.requestCount;
  assertNotFound(await respond({ previous_response_id: id }, { key: OTHER_KEY }), 'previous_response_id');
  for (const [method, path] of [
    ['GET', `/v1/responses/${id}`],
    ['DELETE', `/v1/responses/${id}`],
    ['GET', `/v1/responses/${id}/input_items`],
  ] as const) {
    assertNotFound(await world.send(path, { method, key: OTHER_KEY }), '');
  }
  assert.equal(world.mock.requestCount, asked);
});

test('who asks another provider for it by name is told that there is nothing', async () => {
  const home = await create();
  const elsewhere = home.provider === 'near' ? 'far' : 'near';
  assertNotFound(await respond({ previous_response_id: home.id }, { headers: { 'x-llm-provider': elsewhere } }), 'previous_response_id');
  assert.equal((await respond({ previous_response_id: home.id }, { headers: { 'x-llm-provider': home.provider } })).status, 200);
});

test('a call that would have to be translated is refused by the name of its field', async () => {
  const { id } = await create();
  const asked = world.mock.requestCount;
  for (const [more, field] of [
    [{ previous_response_id: id }, 'previous_response_id'],
    [{ previous_response_id: 'resp_never_heard_of' }, 'previous_response_id'],
    [{ conversation: 'conv_never_heard_of' }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
  ] as const) {
    const { status, error } = readWhole('openai-responses', await respond({ ...more, model: 'other-thinker' }));
    assert.deepEqual([status, error?.code, error?.param], [400, 'cannot_translate', field]);
  }
  assert.equal(world.mock.requestCount, asked);
});

test('a response that was not to be stored has no home', async () => {
  const { id } = await create({ store: false });
  // Whoever asks for it is sent the usual way, where the provider knows that it does not exist.
  assert.equal((await respond({ previous_response_id: id }, { key: OTHER_KEY })).status, 200);
});

test('a response of another protocol’s provider is not said to be stored', async () => {
  const answer = await respond({ model: 'other-thinker' });
  const id = pickText(answer.json(), 'id');
  assert.match(id, /^resp_/u);
  assert.notEqual(pick(answer.json(), 'store'), true);
  assert.equal((await respond({ model: 'other-thinker', previous_response_id: id })).status, 400);
});

test('a key that rests is waited for, though others are free', async () => {
  const home = await create();
  world.script({ rules: [{ match: { key: home.key }, times: 1, status: 429, retryAfterSeconds: 1 }] });
  const answer = await respond({ previous_response_id: home.id });
  assert.equal(answer.status, 200);
  assertServedBy(home);
  assert.equal(answer.headers['x-headgate-attempts'], '2');
  world.script({});
});

test('homes survive a restart, and a crash that comes later than half a second', async () => {
  const stopped = await create();
  await world.gateway.restart();
  assert.equal((await respond({ previous_response_id: stopped.id })).status, 200);
  assertServedBy(stopped);
  const crashed = await create();
  const file = `${world.gateway.dataDir}/state-homes.jsonl`;
  await waitFor('the home in its file', () => readFileSync(file, 'utf8').includes(crashed.id));
  await world.gateway.kill9();
  await world.gateway.restart();
  for (const home of [stopped, crashed]) {
    assert.equal((await world.send(`/v1/responses/${home.id}`)).status, 200);
    assertServedBy(home);
  }
  assertNotFound(await respond({ previous_response_id: crashed.id }, { key: OTHER_KEY }), 'previous_response_id');
  assert.doesNotMatch(readFileSync(file, 'utf8'), /sk-|hg-/u);
});

test('a key that is gone takes its responses with it, and the other keys keep theirs', async () => {
  const homes = await createOnAllKeys();
  const gone = homes.find(({ provider }) => provider === 'near') ?? assert.fail();
  const kept = homes.find(({ provider, key }) => provider === 'near' && key !== gone.key) ?? assert.fail();
  const keys = KEYS.map((key) => `${key}-near`).filter((key) => key !== gone.key);
  world.gateway.writeConfig(world.config({ providers: [storing('near', keys), ...PROVIDERS.slice(1)] }));
  const refused = await waitFor('the configuration without the key', async () => {
    const answer = await respond({ previous_response_id: gone.id });
    return answer.status === 404 ? answer : null;
  });
  assertNotFound(refused, 'previous_response_id');
  assertNotFound(await world.send(`/v1/responses/${gone.id}`), '');
  assert.equal((await respond({ previous_response_id: kept.id })).status, 200);
  assertServedBy(kept);
});
