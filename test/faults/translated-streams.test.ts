import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { OpenAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';
import { pick, pickText } from '../support/pick.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import type { ProtocolCall } from '../support/protocol-calls.ts';
import { readLedger } from '../support/read-ledger.ts';
import type { LedgerRow } from '../support/read-ledger.ts';
import { readStream, readWhole } from '../support/told-answer.ts';
import { UPSTREAM_ANSWERS, WHOLE_TEXT } from '../support/upstream-streams.ts';
import type { UpstreamAnswer } from '../support/upstream-streams.ts';
import { waitFor } from '../support/wait-for.ts';

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    settings: { maxWaitMs: 0 },
    providers: [
      ...UPSTREAM_ANSWERS.map(({ protocol }) => ({ id: protocol, speaks: [protocol], models: [`on-${protocol}`], keys: ['sk-upstream-0123456789'] })),
      ...PROTOCOL_CALLS.map(({ protocol }) => limited(protocol)),
      { id: 'silent', speaks: ['anthropic-messages'], models: ['silent'], keys: ['sk-upstream-0123456789'], timeouts: { idleMs: 300 } },
    ],
  });
});
after(() => world.close());

/** Each client gets a provider that it alone brings to its limit. */
function limited(client: string): ProviderPlan {
  const speaks = [client === 'gemini-generate' ? 'openai-chat' : 'gemini-generate'];
  return { id: `limited-${client}`, speaks, models: [`limited-${client}`], keys: ['sk-limited-0123456789'] };
}

function pairs(): readonly (readonly [client: ProtocolCall, answer: UpstreamAnswer])[] {
  return PROTOCOL_CALLS.flatMap((client) =>
    UPSTREAM_ANSWERS.filter(({ protocol }) => protocol !== client.protocol).map((answer) => [client, answer] as const),
  );
}

function openOn(client: ProtocolCall, model: string): Promise<OpenAnswer> {
  return world.open(client.path(model, true), { body: client.body(model, true) });
}

function scriptEach(rule: (answer: UpstreamAnswer) => MockRule): void {
  world.script({ rules: UPSTREAM_ANSWERS.map((answer) => ({ match: { path: `^/${answer.protocol}/` }, ...rule(answer) })) });
}

async function assertServed(client: ProtocolCall, model: string): Promise<void> {
  const told = await readStream(client.protocol, await openOn(client, model));
  assert.deepEqual([told.status, told.isFinished, told.error, told.text], [200, true, null, WHOLE_TEXT], `${client.protocol} on ${model}`);
}

for (const [how, more] of [
  ['byte by byte', { writeSizes: [1] }],
  ['in pieces of seven', { writeSizes: [7] }],
  ['packed with gzip', { contentEncoding: 'gzip' }],
  ['packed with zstd', { contentEncoding: 'zstd' }],
] as const) {
  test(`a stream that comes ${how} is translated as one that comes at once`, async () => {
    scriptEach(({ frames }) => ({ raw: frames, ...more }));
    await Promise.all(pairs().map(([client, { protocol }]) => assertServed(client, `on-${protocol}`)));
  });
}

test('a stream whose lines end otherwise, with comments and without its last blank line, is read as the standard says', async () => {
  for (const end of ['\r\n', '\r'] as const) {
    scriptEach(({ frames }) => ({ raw: `\uFEFF: hi\n\n${frames.join(': still here\n\n').trimEnd()}`.replaceAll('\n', end) }));
    await Promise.all(pairs().map(([client, { protocol }]) => assertServed(client, `on-${protocol}`)));
  }
});

test('a client that leaves ends the upstream’s work, whatever it spoke', async () => {
  world.script({ rules: [{ chunks: 2000, intervalMs: 20 }] });
  for (const [client, { protocol }] of pairs()) {
    const asked = world.received(protocol).length;
    const answer = await openOn(client, `on-${protocol}`);
    for await (const _ of answer.bytes) break;
    answer.abort();
    await waitFor('the end of the upstream connection', () => world.received(protocol)[asked]?.abortedAt ?? null);
  }
});

test('the silence of an upstream of another protocol is told as an error of the client’s own', async () => {
  world.script({ rules: [{ chunks: 3, intervalMs: 60_000 }] });
  const told = await readStream('openai-chat', await world.streamChat('silent'));
  assert.deepEqual([told.isFinished, told.error?.code], [false, 'upstream_timeout']);
});

test('what was delivered of a stream that broke is billed, and the record says how it went', async () => {
  const [chat] = PROTOCOL_CALLS;
  const anthropic = UPSTREAM_ANSWERS.find(({ protocol }) => protocol === 'anthropic-messages');
  assert.ok(chat !== undefined && anthropic !== undefined);
  scriptEach(({ frames, textAt }) => ({ raw: frames.slice(0, textAt + 3) }));
  const headers = { 'x-request-id': 'the-broken-one' };
  const model = 'on-anthropic-messages';
  await readStream('openai-chat', await world.open(chat.path(model, true), { body: chat.body(model, true), headers }));
  const isIt = (row: LedgerRow): boolean => row['clientRequestId'] === 'the-broken-one';
  const row = await waitFor('the row', () => readLedger(world.gateway.dataDir).find(isIt), { timeoutMs: 20_000, intervalMs: 25 });
  assert.deepEqual([row['outcome'], row['protocol'], pick(row['attempts'], 0, 'via')], ['upstream_error', 'openai-chat', 'anthropic-messages']);
  assert.ok(Number(row['usageOutput']) > 0 && Number(row['usageInput']) > 0);
});

test('Gemini’s stream without alt=sse is one JSON array, also when it comes from elsewhere', async () => {
  scriptEach(({ frames }) => ({ raw: frames }));
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
  for (const { protocol } of UPSTREAM_ANSWERS.filter((answer) => answer.protocol !== 'gemini-generate')) {
    const answer = await world.send(`/v1beta/models/on-${protocol}:streamGenerateContent`, { body });
    assert.match(String(answer.headers['content-type']), /^application\/json/u);
    const chunks = answer.json() as readonly unknown[];
    assert.equal(chunks.map((chunk) => pickText(chunk, 'candidates', 0, 'content', 'parts', 0, 'text')).join(''), WHOLE_TEXT);
    assert.equal(pickText(chunks.at(-1), 'candidates', 0, 'finishReason'), 'STOP');
  }
});

test('such an array is JSON too where the upstream answered whole', async () => {
  scriptEach(({ body }) => ({ body }));
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
  const answer = await world.send('/v1beta/models/on-openai-chat:streamGenerateContent', { body });
  assert.match(String(answer.headers['content-type']), /^application\/json/u);
  assert.equal(pickText((answer.json() as readonly unknown[])[0], 'candidates', 0, 'content', 'parts', 0, 'text'), WHOLE_TEXT);
});

test('such an array that breaks tells the error as its last element, and finishes nothing', async () => {
  scriptEach(({ frames, textAt }) => ({ raw: frames.slice(0, textAt + 2) }));
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
  const answer = await world.send('/v1beta/models/on-openai-chat:streamGenerateContent', { body });
  const chunks = answer.json() as readonly unknown[];
  assert.equal(pick(chunks.at(-1), 'error', 'status'), 'INTERNAL');
  assert.ok(chunks.every((chunk) => pick(chunk, 'candidates', 0, 'finishReason') === undefined));
});

test('when to come back is told as the client’s protocol has it, also where the upstream says it in its own words only', async () => {
  const inSeconds = { error: { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED', details: [retryInfo('6.2s')] } };
  world.script({
    rules: [
      { match: { path: '^/limited-gemini-generate/' }, status: 429, retryAfterSeconds: 7 },
      { match: { path: '^/limited-' }, status: 429, body: inSeconds },
    ],
  });
  for (const client of PROTOCOL_CALLS) {
    const model = `limited-${client.protocol}`;
    const { status, headers, error } = readWhole(client.protocol, await world.send(client.path(model, false), { body: client.body(model, false) }));
    assert.equal(status, 429);
    assert.equal(headers['retry-after'], '7');
    assert.ok(error !== null && error.message !== '');
  }
});

function retryInfo(retryDelay: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay };
}
