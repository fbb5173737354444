import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { ClientAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { pick, pickList } from '../support/pick.ts';
import { readLedger } from '../support/read-ledger.ts';
import { readStream, readWhole, type Told } from '../support/told-answer.ts';
import { waitFor } from '../support/wait-for.ts';

type Policy = 'strict' | 'prefer-native' | 'lossy';
/** For what the ledger's own thread writes. */
const PATIENT = { timeoutMs: 20_000, intervalMs: 25 } as const;
const POLICIES: readonly Policy[] = ['strict', 'prefer-native', 'lossy'];

const PROVIDERS: readonly ProviderPlan[] = [
  provider('messages', 'anthropic-messages', ['on-messages', 'shared', 'ranked']),
  provider('chat', 'openai-chat', ['on-chat', 'shared'], { priority: 0 }),
  provider('far-chat', 'openai-chat', ['ranked'], { priority: 1 }),
  provider('blind', 'openai-chat', [
    { name: 'blind', capabilities: ['tools'] },
    { name: 'half-blind', capabilities: ['tools'] },
  ]),
  provider('blind-messages', 'anthropic-messages', [{ name: 'blind-messages', capabilities: ['tools'] }]),
  provider('seeing', 'anthropic-messages', ['half-blind'], { priority: 9 }),
];

function provider(id: string, protocol: string, models: readonly unknown[], more: object = {}): ProviderPlan {
  return { id, speaks: [protocol], models, keys: [`sk-${id}-0123456789`], ...more };
}

let worlds: Readonly<Record<Policy, MockedGateway>>;

before(async () => {
  const [strict, preferNative, lossy] = await Promise.all(
    POLICIES.map((translation) => MockedGateway.start({ providers: PROVIDERS, settings: { translation, maxWaitMs: 0 } })),
  );
  assert.ok(strict !== undefined && preferNative !== undefined && lossy !== undefined);
  worlds = { strict, 'prefer-native': preferNative, lossy };
});
after(() => Promise.all(Object.values(worlds).map((world) => world.close())));

async function chat(policy: Policy, model: string, more: object = {}): Promise<Told> {
  return readWhole('openai-chat', await worlds[policy].chat(model, { body: { ...chatBody(model), ...more } }));
}

function droppedBy({ headers }: { readonly headers: ClientAnswer['headers'] }): readonly string[] {
  const header = headers['x-headgate-dropped'];
  return typeof header === 'string' ? header.split(', ') : [];
}

/** The body of the last request that the provider got. */
function lastBody(policy: Policy, id: string): unknown {
  return JSON.parse(worlds[policy].received(id).at(-1)?.text ?? 'null');
}

function assertRefused(told: Told, field: string): void {
  assert.equal(told.status, 400);
  assert.deepEqual({ code: told.error?.code, param: told.error?.param }, { code: 'cannot_translate', param: field });
  assert.ok(told.error?.message.includes(field));
}

test('what needs nothing left out is served under every policy, and nothing is told to be dropped', async () => {
  for (const policy of POLICIES) {
    const told = await chat(policy, 'on-messages', { temperature: 0.5, stop: ['END'], max_tokens: 20 });
    assert.deepEqual([policy, told.status, droppedBy(told)], [policy, 200, []]);
  }
});

test('a wish that the target cannot hear refuses it under strict, and is dropped and told under the others', async () => {
  assertRefused(await chat('strict', 'on-messages', { seed: 7 }), 'seed');
  for (const policy of ['prefer-native', 'lossy'] as const) {
    const told = await chat(policy, 'on-messages', { seed: 7, frobnicate: true });
    assert.equal(told.status, 200);
    assert.deepEqual(droppedBy(told).toSorted(), ['frobnicate', 'seed']);
    assert.deepEqual([pick(lastBody(policy, 'messages'), 'seed'), pick(lastBody(policy, 'messages'), 'frobnicate')], [undefined, undefined]);
  }
});

test('a field that nobody else knows refuses the target under strict', async () => {
  assertRefused(await chat('strict', 'on-messages', { frobnicate: true }), 'frobnicate');
});

test('substance that the target cannot carry refuses it, unless the policy is lossy', async () => {
  const sound = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } };
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'Listen' }, sound] }];
  for (const policy of ['strict', 'prefer-native'] as const) {
    const asked = worlds[policy].mock.requestCount;
    assertRefused(await chat(policy, 'on-messages', { messages }), 'input_audio');
    assertRefused(await chat(policy, 'on-messages', { n: 2 }), 'n');
    assert.equal(worlds[policy].mock.requestCount, asked);
  }
  const told = await chat('lossy', 'on-messages', { messages, n: 2 });
  assert.equal(told.status, 200);
  assert.deepEqual(droppedBy(told).toSorted(), ['input_audio', 'n']);
  assert.equal(pick(lastBody('lossy', 'messages'), 'messages', 0, 'content', 1), undefined);
});

test('what one provider keeps is dropped under no policy', async () => {
  const body = { model: 'on-messages', input: 'Go on', previous_response_id: 'resp_of_somebody_else' };
  for (const policy of POLICIES) {
    assertRefused(readWhole('openai-responses', await worlds[policy].send('/v1/responses', { body })), 'previous_response_id');
  }
});

test('the names of what was dropped are those that the client knows', async () => {
  const world = worlds['prefer-native'];
  const messages = { ...chatBody('on-chat'), max_tokens: 9, top_k: 5, container: undefined };
  assert.deepEqual(droppedBy(await world.send('/v1/messages', { body: messages })), ['top_k']);
  const contents = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], generationConfig: { topK: 5 }, labels: { a: 'b' } };
  const gemini = await world.send('/v1beta/models/on-chat:generateContent', { body: contents });
  assert.deepEqual(droppedBy(gemini).toSorted(), ['generationConfig.topK', 'labels']);
  const responses = { model: 'on-messages', input: 'Hi', truncation: 'auto', prompt_cache_key: 'k' };
  assert.deepEqual(droppedBy(await world.send('/v1/responses', { body: responses })).toSorted(), ['prompt_cache_key', 'truncation']);
});

test('a name that a client made up is printable in the header', async () => {
  const told = await chat('prefer-native', 'on-messages', { 'x\r\nevil: 1, "é"': 1 });
  assert.deepEqual(droppedBy(told), ['x??evil:?1??"?"']);
});

test('a stream says in its head what was dropped', async () => {
  const answer = await worlds['prefer-native'].streamChat('on-messages', { body: { ...chatBody('on-messages'), stream: true, seed: 7 } });
  const told = await readStream('openai-chat', answer);
  assert.deepEqual([told.isFinished, droppedBy(told)], [true, ['seed']]);
});

test('the ledger says by which protocol an attempt went and what was dropped, and says neither of calls that passed', async () => {
  const attempt = async (model: string, more: object): Promise<unknown> => {
    const id = `row-${model}-${Object.keys(more).join()}`;
    const world = worlds['prefer-native'];
    await world.chat(model, { body: { ...chatBody(model), ...more }, headers: { 'x-request-id': id } });
    const row = await waitFor(`the row ${id}`, () => readLedger(world.gateway.dataDir).find((each) => each['clientRequestId'] === id), PATIENT);
    assert.equal(row['protocol'], 'openai-chat');
    const [made] = pickList(row['attempts']);
    return { via: pick(made, 'via'), dropped: pick(made, 'dropped') };
  };
  assert.deepEqual(await attempt('on-messages', {}), { via: 'anthropic-messages', dropped: [] });
  assert.deepEqual(await attempt('on-messages', { seed: 7, verbosity: 'low' }), { via: 'anthropic-messages', dropped: ['seed', 'verbosity'] });
  assert.deepEqual(await attempt('on-chat', { seed: 7 }), { via: undefined, dropped: undefined });
});

test('of equal priority the provider that needs no translation serves, in either protocol; under lossy all take turns', async () => {
  const served = async (policy: Policy): Promise<readonly unknown[]> => {
    const chats = await Promise.all(Array.from({ length: 6 }, () => chat(policy, 'shared')));
    const body = { ...chatBody('shared'), max_tokens: 9 };
    const messages = await Promise.all(Array.from({ length: 6 }, () => worlds[policy].send('/v1/messages', { body })));
    return [chats, messages].map((told) => [...new Set(told.map(({ headers }) => String(headers['x-headgate-provider'])))].toSorted());
  };
  assert.deepEqual(await served('strict'), [['chat'], ['messages']]);
  assert.deepEqual(await served('prefer-native'), [['chat'], ['messages']]);
  assert.deepEqual(await served('lossy'), [
    ['chat', 'messages'],
    ['chat', 'messages'],
  ]);
});

test('a provider of better priority serves by translation before one that needs none', async () => {
  for (const policy of POLICIES) assert.equal((await chat(policy, 'ranked')).headers['x-headgate-provider'], 'messages');
});

test('a provider that would lose something is passed over for one of worse priority that would not', async () => {
  assert.equal((await chat('strict', 'ranked', { seed: 7 })).headers['x-headgate-provider'], 'far-chat');
  assert.equal((await chat('prefer-native', 'ranked', { seed: 7 })).headers['x-headgate-provider'], 'messages');
  assert.equal((await chat('prefer-native', 'ranked', { n: 2 })).headers['x-headgate-provider'], 'far-chat');
});

test('a model gets nothing that its operator says it cannot do, in its own protocol or by translation', async () => {
  const messages = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }];
  for (const model of ['blind', 'blind-messages']) assertRefused(await chat('prefer-native', model, { messages }), 'image_url');
  assert.equal((await chat('prefer-native', 'half-blind', { messages })).headers['x-headgate-provider'], 'seeing');
  assert.equal((await chat('prefer-native', 'half-blind')).headers['x-headgate-provider'], 'blind');
  const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } };
  assertRefused(await chat('prefer-native', 'blind', { response_format: format }), 'response_format');
  // Whoever wants everything tried gets it tried.
  assert.equal((await chat('lossy', 'blind', { messages })).status, 200);
});
