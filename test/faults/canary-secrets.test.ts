import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import type { ClientAnswer } from '../support/http-client.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import { CanarySecrets } from '../support/secrets.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';
import { waitFor } from '../support/wait-for.ts';

const CHUNK = '{"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}';

/** Upstreams that fail in every way they can and tell the provider key while they do. */
function upstreamFaults(key: string): Readonly<Record<string, MockRule>> {
  const body = { error: { message: `Incorrect API key provided: ${key}`, type: 'x', code: key } };
  const told = Object.fromEntries(
    [400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529].map((status) => [
      `status ${status} with the key`,
      { status, body, headers: { 'x-echo': key, 'set-cookie': `k=${key}`, 'www-authenticate': key } },
    ]),
  );
  return {
    ...told,
    'redirect that carries the key': { redirect: `http://127.0.0.1:1/?key=${key}` },
    reset: { refuse: true },
    silence: { hang: true },
    'bytes that are no HTTP': { rawHttp: `garbage ${key}\r\n\r\n` },
    'a header line that is none': { rawHttp: `HTTP/1.1 200 OK\r\n${key}\r\n\r\n` },
    'a body cut short': { body, cutAfterBytes: 60 },
    'no JSON': { raw: `<html>${key}</html>`, headers: { 'content-type': 'application/json' } },
    'an error with 200': { body },
    'a coding it does not have': { raw: key, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
    'a whole answer that says the key': { text: `your key is ${key}` },
    'headers that say the key': { headers: { 'x-key': key, 'x-ratelimit-remaining-requests': key, 'retry-after': key } },
  };
}

/** Streams that fail, the key in them. */
function streamFaults(key: string): Readonly<Record<string, MockRule>> {
  const error = `data: {"error":{"message":"bad key ${key}","type":"x","code":"${key}"}}\n\n`;
  return {
    'an error event first': { raw: error },
    'an error event in mid-stream': { raw: [`data: ${CHUNK}\n\n`, error], intervalMs: 5 },
    'an event that is no JSON': { raw: `data: ${key}\n\n` },
    'a break in the middle of the key': { raw: [`data: ${CHUNK.replace('Hi', key)}\n\n`], cutAfterBytes: 120 },
    'text that is the key, byte by byte': { raw: `data: ${CHUNK.replace('Hi', key)}\n\ndata: [DONE]\n\n`, writeSizes: [1] },
    'a comment with the key': { raw: `: ${key}\n\ndata: ${CHUNK}\n\ndata: [DONE]\n\n` },
  };
}

/** Everything that the gateway wrote to disk, as text. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

test('no secret is in logs, metrics, ledger, state or answers, whatever fails', async (t) => {
  const secrets = new CanarySecrets();
  const providerKey = secrets.make('provider key');
  const virtualKey = secrets.make('virtual key', 'hg-canary-');
  const wrongKey = secrets.make('wrong client key', 'hg-wrong-');
  const adminToken = secrets.make('admin token', 'canary-admin-');
  const globalKey = secrets.make('global proxy key', 'canary-global-');
  const laterKey = secrets.make('key of a configuration that was not taken');
  const world = await MockedGateway.start({
    providers: [
      { id: 'vendor', models: ['m'], keys: [providerKey], timeouts: { firstByteMs: 300 } },
      { id: 'queried', models: ['q'], keys: [providerKey], auth: { in: 'query', name: 'key' } },
      { id: 'rest', kind: 'rest', keys: [providerKey] },
    ],
    virtualKeys: [{ id: 'canary', secret: virtualKey }],
    env: { ADMIN_TOKEN: adminToken, GLOBAL_PROXY_KEYS: globalKey, LOG_LEVEL: 'trace' },
    settings: { maxWaitMs: 0, suspendAfter: 1000, breaker: { inARow: 1_000_000, minimum: 1_000_000 } },
  });
  const answers: Record<string, string> = {};
  const note = (what: string, answer: ClientAnswer): void => void (answers[what] = `${answer.status} ${answer.rawHeaders.join(' ')} ${answer.text}`);
  let kinds = 0;
  try {
    // A rest after each fault would hide the next one: the key is new to the gateway each time.
    const play = async (what: string, rule: MockRule, stream: boolean): Promise<void> => {
      kinds += 1;
      const id = `vendor-${kinds}`;
      world.gateway.writeConfig(
        world.config({
          providers: [
            { id, models: [id, `q${kinds}`], keys: [providerKey], timeouts: { firstByteMs: 300 } },
            { id: 'rest', kind: 'rest', keys: [providerKey] },
          ],
        }),
      );
      world.script({ rules: [rule] });
      const ask = (): Promise<ClientAnswer> => world.send('/v1/chat/completions', { key: virtualKey, body: { ...chatBody(id), stream } });
      await waitFor(`the provider of "${what}"`, async () => (await world.send('/v1/models', { key: virtualKey })).text.includes(`"${id}"`));
      note(what, await ask());
    };
    for (const [what, rule] of Object.entries(upstreamFaults(providerKey))) await play(what, rule, false);
    for (const [what, rule] of Object.entries(streamFaults(providerKey))) await play(what, rule, true);
    kinds += await clientFaults(world, { virtualKey, wrongKey, note });
    world.gateway.writeConfig(`providers:\n  - id: x\n    keys: ["${laterKey}"\n`);
    const broken = await waitFor('the refusal of the broken file', () => refusal(world, 'ok'));
    world.gateway.writeConfig({
      providers: [{ id: laterKey, keys: [laterKey], protocols: { 'openai-chat': `http://user:${laterKey}@x/v1?key=${laterKey}` } }],
    });
    await waitFor('the refusal of the wrong one', () => refusal(world, broken));
    note('readiness', await world.send('/health/ready', { key: null }));
    const metrics = (await world.send('/metrics')).text;
    await world.gateway.stop();
    const files = filesOf(world.gateway.dataDir);
    secrets.assertNoSecret({ metrics, stdout: world.gateway.stdout(), stderr: world.gateway.stderr() });
    secrets.assertNoSecret(files);
    secrets.assertNoSecret(answers);
    const bytes = [...Object.values(files), metrics, world.gateway.stdout(), world.gateway.stderr()].reduce((sum, text) => sum + text.length, 0);
    t.diagnostic(
      `figure: 6 canary secrets in ${kinds} kinds of failure: 0 hits in logs, metrics, ${Object.keys(files).length} files and ${Object.keys(answers).length} answers (${bytes} bytes looked through)`,
    );
    assert.ok(kinds >= 30);
    assert.ok(world.gateway.stdout().length + world.gateway.stderr().length > 5000, 'the log says much at this level');
  } finally {
    await world.close();
  }
});

/** What readiness says of the configuration, once it says something else than `before`. */
async function refusal(world: MockedGateway, before: string): Promise<string | null> {
  const { config } = (await world.send('/health/ready', { key: null })).json() as { config: string };
  return config === before ? null : config;
}

interface ClientFaultParts {
  readonly virtualKey: string;
  readonly wrongKey: string;
  readonly note: (what: string, answer: ClientAnswer) => void;
}

/** Requests that carry secrets in the wrong places. Gives how many kinds there were. */
async function clientFaults(world: MockedGateway, { virtualKey, wrongKey, note }: ClientFaultParts): Promise<number> {
  const asks: Readonly<Record<string, () => Promise<ClientAnswer>>> = {
    'a wrong key': () => world.chat('m', { key: wrongKey }),
    'a wrong key in the query': () => world.send(`/v1beta/models/m:generateContent?key=${wrongKey}`, { key: null, body: {} }),
    'a key in the path': () => world.send(`/v1/${virtualKey}/x`, { key: wrongKey, method: 'GET' }),
    'a key as the provider': () => world.chat('m', { key: virtualKey, headers: { 'x-llm-provider': 'nobody', cookie: wrongKey } }),
    'a broken body with the key': () => world.send('/v1/chat/completions', { key: virtualKey, body: `{"api_key":"${wrongKey}",` }),
    'a wrong admin token': () => world.send('/metrics', { key: null, headers: { 'x-admin-token': wrongKey, 'x-forwarded-for': '1.1.1.1' } }),
    'a forbidden path': () => world.send(`/proxy/rest/../${wrongKey}`, { key: virtualKey, method: 'GET' }),
  };
  for (const [what, ask] of Object.entries(asks)) note(what, await ask());
  const raw = await sendRawBytes({
    port: world.gateway.port,
    writes: [`GET /?k=${wrongKey} HTTP/9.9\r\nauthorization: Bearer ${wrongKey}\r\n\r\n`],
    quietMs: 300,
  });
  assert.match(raw.text, /^HTTP\/1\.1 400/);
  assert.equal(raw.text.includes(wrongKey), false);
  return Object.keys(asks).length + 1;
}
