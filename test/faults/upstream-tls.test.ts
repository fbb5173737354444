import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TlsOptions } from 'node:tls';

import { makeCertificate } from '../support/make-certificate.ts';
import type { Certificate } from '../support/make-certificate.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import type { ProviderPlan } from '../support/mocked-gateway.ts';

const ADDRESS = '127.0.0.1';
const TURNS = 5;
const KEY = 'sk-tls-canary-12345';
const ANSWER =
  '{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}';

const authority = makeCertificate({ name: 'authority of the tests', isAuthority: true });
const stranger = makeCertificate({ name: 'authority of nobody', isAuthority: true });
const good = makeCertificate({ name: 'good', issuer: authority, hosts: ['localhost'], addresses: [ADDRESS] });

/** Upstreams that nobody may believe. All but two are signed by an authority that the gateway trusts, so that nothing else is wrong with them. */
const BAD: Readonly<Record<string, TlsOptions>> = {
  expired: identity(makeCertificate({ name: 'expired', issuer: authority, addresses: [ADDRESS], validDays: -1 })),
  'wrong-name': identity(makeCertificate({ name: 'wrong', issuer: authority, hosts: ['example.com'], addresses: ['127.0.0.2'] })),
  'self-signed': identity(makeCertificate({ name: 'alone', addresses: [ADDRESS] })),
  'unknown-authority': identity(makeCertificate({ name: 'strange', issuer: stranger, addresses: [ADDRESS] })),
  'tls-1-1': { ...identity(good), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
};

const servers = new Map<string, Server>();
const serverNames: (string | false | null | undefined)[] = [];
let requests: string[] = [];
let folder: string;
let world: MockedGateway;

before(async () => {
  for (const [name, options] of Object.entries({ ...BAD, good: identity(good) })) servers.set(name, await serve(name, options));
  folder = mkdtempSync(join(tmpdir(), 'headgate-tls-'));
  writeFileSync(join(folder, 'authority.pem'), authority.pem);
  world = await MockedGateway.start({
    env: { NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') },
    providers: [
      ...Object.keys(BAD).map((name) => provider(name, baseOf(name))),
      provider('trusted', baseOf('good')),
      provider('by-name', baseOf('good', 'localhost'), { allowPrivateNetwork: true }),
      provider('unchecked', baseOf('self-signed'), { verifyTls: false }),
    ],
    settings: { maxWaitMs: 0, breaker: { inARow: 1_000_000, minimum: 1_000_000 } },
  });
});
after(async () => {
  for (const server of servers.values()) server.close();
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

function identity({ pem, keyPem }: Certificate): TlsOptions {
  return { cert: pem, key: keyPem };
}

async function serve(name: string, options: TlsOptions): Promise<Server> {
  const server = createServer({ ...options, keepAliveTimeout: 100 }, (request, response) => {
    requests.push(name);
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
  server.on('secureConnection', (socket) => serverNames.push(socket.servername));
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  return server;
}

function baseOf(name: string, host: string = ADDRESS): string {
  const server = servers.get(name) ?? assert.fail(`there is no server ${name}`);
  const { port } = server.address() as AddressInfo;
  return `https://${host}:${port}/v1`;
}

function provider(id: string, base: string, more: object = {}): ProviderPlan {
  return { id, models: [id], keys: [KEY], protocols: { 'openai-chat': base }, ...more };
}

test('an upstream whose certificate or protocol cannot be believed is sent nothing', async (t) => {
  requests = [];
  let asked = 0;
  for (const name of Object.keys(BAD)) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { status, text } = await world.chat(name);
      asked += 1;
      assert.equal(status, 502, `${name}: ${text}`);
      assert.match(text, /upstream_unreachable/);
      assert.doesNotMatch(text, /certificate|self.signed|127\.0\.0\.1|ssl|alert/i);
    }
  }
  t.diagnostic(`figure: TLS: ${requests.length} of ${asked} requests reached an upstream that was ${Object.keys(BAD).join(', ')}`);
  assert.deepEqual(requests, []);
  assert.doesNotMatch(world.gateway.stdout() + world.gateway.stderr(), new RegExp(KEY));
});

test('an upstream of an authority that the operator named is served, by address and by its name in the handshake', async (t) => {
  serverNames.length = 0;
  assert.equal((await world.chat('trusted')).status, 200);
  assert.equal((await world.chat('by-name')).status, 200);
  t.diagnostic(`figure: TLS: 2 of 2 served by an authority of NODE_EXTRA_CA_CERTS; names in the handshake: ${serverNames.join(', ')}`);
  assert.ok(serverNames.includes('localhost'));
});

test('the operator may take an unknown certificate for one provider by a word', async () => {
  assert.equal((await world.chat('unchecked')).status, 200);
});
