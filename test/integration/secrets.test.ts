import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { MockRule } from '../../src/cli/mock/mock-rule.ts';
import { findClosedPort } from '../support/find-closed-port.ts';
import { chatBody, MockedGateway } from '../support/mocked-gateway.ts';
import type { CallExtra } from '../support/mocked-gateway.ts';
import { PROTOCOL_CALLS } from '../support/protocol-calls.ts';
import { waitForRows } from '../support/read-ledger.ts';
import { CanarySecrets } from '../support/secrets.ts';
import { sendRawBytes } from '../support/send-raw-bytes.ts';

const secrets = new CanarySecrets();
const providerKey = secrets.make('provider key');
const restKey = secrets.make('key of a REST API', 'pat_canary_');
const queryKey = secrets.make('key in a query', 'qk_canary_');
const unreachableKey = secrets.make('key of an unreachable provider');
const virtualKey = secrets.make('virtual key', 'hg-canary-');
const disabledKey = secrets.make('disabled virtual key', 'hg-canary-');
const globalKey = secrets.make('global key', 'hg-canary-');
const adminToken = secrets.make('admin token', 'admin-canary-');
const variable = secrets.make('key in a variable');

/** Each status has a provider of its own, so that a rest after one does not keep the next from being seen. */
const STATUSES = [400, 401, 402, 403, 404, 409, 413, 418, 422, 429, 451, 500, 502, 503, 504, 529];

const closedPort = await findClosedPort();
/** Everything that a client was sent. */
const seen: Record<string, string> = {};

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: [
      {
        id: 'vendor',
        models: ['plain', { name: 'mapped', upstream: 'vendor-mapped' }],
        keys: [providerKey],
        timeouts: { firstByteMs: 300, idleMs: 300 },
      },
      { id: 'api', kind: 'rest', keys: [restKey] },
      { id: 'query', kind: 'rest', keys: [queryKey], auth: { in: 'query', name: 'token' } },
      { id: 'escaped', kind: 'rest', keys: ['k/ey+with=signs-1234'], auth: { in: 'query', name: 'token' } },
      { id: 'unreachable', models: ['unreachable'], keys: [unreachableKey], protocols: { 'openai-chat': `http://127.0.0.1:${closedPort}/v1` } },
      ...STATUSES.map((status) => ({ id: `status-${status}`, models: [`whole-${status}`, `stream-${status}`], keys: [providerKey] })),
      ...STATUSES.map((status) => ({ id: `rest-${status}`, kind: 'rest', keys: [restKey] })),
      { id: 'by-variable', models: ['by-variable'], keys: ['${CANARY_KEY}'] },
    ],
    virtualKeys: [
      { id: 'canary', secret: virtualKey },
      { id: 'off', secret: disabledKey, enabled: false },
    ],
    env: { ADMIN_TOKEN: adminToken, GLOBAL_PROXY_KEYS: globalKey, CANARY_KEY: variable, LOG_LEVEL: 'debug' },
  });
});
after(() => world.close());

/** Sends a request, keeps everything that came back, and gives its text; a broken answer gives what came before the break. */
async function ask(what: string, path: string, extra: CallExtra = {}): Promise<string> {
  const answer = await world.open(path, { key: virtualKey, ...extra });
  const parts: Buffer[] = [];
  try {
    for await (const part of answer.bytes) parts.push(part);
  } catch {
    // Broken off, as the script wanted.
  }
  const text = Buffer.concat(parts).toString('latin1');
  seen[what] = `${answer.status} ${JSON.stringify(answer.headers)} ${text}`;
  return text;
}

function script(...rules: MockRule[]): void {
  world.script({ rules });
}

const event = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'plain', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const STREAM = { ...chatBody('plain'), stream: true };

test('an upstream that echoes the key in whole answers is blanked', async () => {
  script({
    body: {
      choices: [{ index: 0, message: { role: 'assistant', content: `you sent Bearer ${providerKey}` } }],
      echo: { authorization: `Bearer ${providerKey}` },
    },
    headers: { 'x-echo': `Bearer ${providerKey}`, 'x-echo-list': [providerKey, 'b'] },
  });
  const text = await ask('chat', '/v1/chat/completions', { body: chatBody('plain') });
  assert.match(text, /you sent Bearer \[redacted\]/);
  assert.match(seen['chat'] ?? '', /"x-echo":"Bearer \[redacted\]"/);
  await ask('mapped chat', '/v1/chat/completions', { body: chatBody('mapped') });
  for (const contentEncoding of ['gzip', 'br', 'zstd', 'deflate'] as const) {
    script({ contentEncoding, body: { choices: [], echo: providerKey } });
    for (const accept of ['identity', contentEncoding]) {
      const packed = await ask(`chat ${contentEncoding} for ${accept}`, '/v1/chat/completions', {
        body: chatBody('plain'),
        headers: { 'accept-encoding': accept },
      });
      assert.match(packed, /\[redacted\]/);
    }
  }
});

test('an upstream that echoes the key in stream events is blanked, however it cuts them', async () => {
  for (const writeSizes of [[100_000], [7, 3], [providerKey.length - 1]]) {
    script({
      raw: `${event('a')}${event(`you sent ${providerKey} and ${providerKey}`)}: comment ${providerKey}\n\n${END}`,
      writeSizes,
      headers: { 'x-echo': providerKey },
    });
    const text = await ask(`stream cut by ${writeSizes.join()}`, '/v1/chat/completions', { body: STREAM });
    assert.match(text, /you sent \[redacted\] and \[redacted\]/);
    assert.match(text, /: comment \[redacted\]/);
  }
  script({ raw: `data: {"error":{"message":"bad key ${providerKey}","type":"x","code":503}}\n\n` });
  await ask('error event first', '/v1/chat/completions', { body: STREAM });
  script({ raw: `${event('a')}data: {"error":{"message":"bad key ${providerKey}"}}\n\n` });
  await ask('error event later', '/v1/chat/completions', { body: STREAM });
  script({ contentEncoding: 'gzip', raw: `${event(providerKey)}${END}` });
  await ask('packed stream', '/v1/chat/completions', { body: STREAM });
});

test('answers that pass unread are blanked too, also when they come packed or in pieces', async () => {
  script({});
  const files = await ask('echoed headers', '/v1/files');
  assert.match(files, /Bearer \[redacted\]/);
  await ask('echoed headers of a REST API', '/proxy/api/anything');
  await ask('echoed address of a REST API', '/proxy/query/anything?x=1');
  for (const contentEncoding of ['gzip', 'br'] as const) {
    script(
      { match: { path: '^/vendor/' }, contentEncoding, body: `plain text with ${providerKey}` },
      { contentEncoding, trickle: { bytes: 50, intervalMs: 1 } },
    );
    for (const accept of ['identity', contentEncoding]) {
      await ask(`files ${contentEncoding} for ${accept}`, '/v1/files', { headers: { 'accept-encoding': accept } });
      await ask(`REST ${contentEncoding} for ${accept}`, '/proxy/api/anything', { headers: { 'accept-encoding': accept } });
    }
  }
  script({ trickle: { bytes: 11, intervalMs: 1 } });
  await ask('REST in pieces', '/proxy/api/anything');
  script({ body: `plain ${restKey}`, headers: { 'content-type': 'application/octet-stream', etag: `"${restKey}"` } });
  await ask('REST as bytes', '/proxy/api/anything');
});

test('a key in a query is blanked in the form in which it stood there', async () => {
  script({});
  const text = await ask('echoed address with an escaped key', '/proxy/escaped/anything?x=1');
  assert.doesNotMatch(text, /k%2Fey%2Bwith%3Dsigns/);
  assert.match(text, /token=\[redacted\]/);
});

test('error answers of every kind are blanked or told in our own words', async () => {
  for (const status of STATUSES) {
    const echo = `You sent ${providerKey}, that is: Bearer ${providerKey}`;
    script(
      { match: { path: '^/rest-' }, status, body: { message: `Bearer ${restKey}` }, headers: { 'x-echo': restKey } },
      {
        status,
        body: { error: { message: echo, type: 'x', param: null, code: null } },
        headers: { 'www-authenticate': `Bearer ${providerKey}`, 'x-echo': providerKey },
      },
    );
    for (const kind of ['stream', 'whole']) {
      const model = `${kind}-${status}`;
      await ask(`status ${model}`, '/v1/chat/completions', { body: { ...chatBody(model), stream: kind === 'stream' } });
    }
    await ask(`status ${status} REST`, `/proxy/rest-${status}/x`, { method: 'DELETE' });
    assert.ok(world.received(`status-${status}`).length > 0 && world.received(`rest-${status}`).length > 0, String(status));
  }
  assert.match(seen['status whole-400'] ?? '', /You sent \[redacted\], that is: Bearer \[redacted\]/);
});

test('failures of the connection, redirects, and answers that are none tell no secret', async () => {
  const reload = async (): Promise<void> => {
    // Fresh ids: what rests by now shall not keep the failures below from happening.
    world.gateway.writeConfig(
      world.config({
        providers: [
          {
            id: 'vendor',
            models: ['plain'],
            keys: [{ id: `again-${Object.keys(seen).length}`, secret: providerKey }],
            timeouts: { firstByteMs: 200, idleMs: 200 },
          },
          { id: 'unreachable', models: ['unreachable'], keys: [unreachableKey], protocols: { 'openai-chat': `http://127.0.0.1:${closedPort}/v1` } },
        ],
      }),
    );
    const { revision } = (await world.send('/health/ready')).json() as { revision: number };
    for (let turn = 0; turn < 200; turn += 1) {
      if (((await world.send('/health/ready')).json() as { revision: number }).revision > revision) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const failures: Readonly<Record<string, MockRule>> = {
    redirect: { redirect: `https://elsewhere.example/?key=${providerKey}` },
    refused: { refuse: true },
    hang: { hang: true },
    'not JSON': { body: `<html>${providerKey}</html>` },
    'another form': { body: { echo: providerKey } },
    'error in a 200': { body: { error: { message: providerKey } } },
    cut: { body: { choices: [], echo: providerKey }, cutAfterBytes: 40 },
    garbage: { rawHttp: `HTTP/1.1 200 ${providerKey}\r\n${providerKey}\r\n\r\n` },
    'broken coding': { body: { echo: providerKey }, headers: { 'content-encoding': 'gzip' } },
    'broken stream': { raw: `${event(providerKey)}${event('x'.repeat(500))}`, cutAfterBytes: 300 },
  };
  for (const [what, rule] of Object.entries(failures)) {
    await reload();
    script(rule);
    await ask(`${what} whole`, '/v1/chat/completions', { body: chatBody('plain') });
    await reload();
    await ask(`${what} stream`, '/v1/chat/completions', { body: STREAM });
  }
  await ask('unreachable', '/v1/chat/completions', { body: chatBody('unreachable') });
});

test('refused clients are told nothing of their own or anybody’s secret', async () => {
  script({});
  for (const call of PROTOCOL_CALLS)
    await ask(`unknown key ${call.protocol}`, call.path('plain', false), { key: `${virtualKey}x`, body: call.body('plain', false) });
  await ask('disabled', '/v1/chat/completions', { key: disabledKey, body: chatBody('plain') });
  await ask('provider key as credential', '/v1/chat/completions', { key: providerKey, body: chatBody('plain') });
  await ask('key in the query', `/v1beta/models/nobody:generateContent?key=${virtualKey}`, { key: null, body: { contents: [] } });
  await ask('key in a path', `/v1/nowhere/${'x'.repeat(10)}?api_key=${virtualKey}`, { key: null });
  await ask('admin token', '/health', { headers: { 'x-admin-token': adminToken } });
  await ask('global key', '/v1/chat/completions', { key: globalKey, body: chatBody('plain') });
  const raw = await sendRawBytes({
    port: world.gateway.port,
    writes: [`GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${virtualKey}\r\nbroken ${virtualKey}\r\n\r\n`],
  });
  seen['a request that is no HTTP'] = raw.text;
  world.gateway.writeConfig(
    `providers:\n  - id: vendor\n    preset: openai\n    keys: ["${providerKey}"]\n    ${providerKey}: 1\nvirtualKeys:\n  - { id: a, secret: "${virtualKey}", sekret: 1 }\n`,
  );
  await new Promise((resolve) => setTimeout(resolve, 400));
  await ask('readiness after a bad configuration', '/health/ready');
});

test('none of the secrets is in any answer', () => {
  assert.ok(Object.keys(seen).length > 100);
  secrets.assertNoSecret(seen);
});

test('none of the secrets is in the output, the metrics, or any file of the data directory', async () => {
  await waitForRows(world.gateway.dataDir, 50);
  const metrics = await world.send('/metrics', { key: null });
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /headgate_/);
  await world.gateway.stop();
  const files = readdirSync(world.gateway.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.some(({ name }) => name === 'headgate.db'));
  const texts = Object.fromEntries(files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name)).toString('latin1')]));
  const stdout = world.gateway.stdout();
  const stderr = world.gateway.stderr();
  assert.ok(stdout.length + stderr.length > 500, 'something was logged');
  secrets.assertNoSecret({ ...texts, metrics: metrics.text, stdout, stderr });
});
