import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { openControlDoor } from '../../src/app/control/control-door.ts';
import { HARDENED_HEADERS } from '../../src/control/http/hardened-headers.ts';
import { PAGE_POLICY } from '../../src/control/http/page-policy.ts';
import { ADMIN_TOKEN, AdministeredGateway } from '../support/administered-gateway.ts';
import { send, type ClientAnswer } from '../support/http-client.ts';

let rig: AdministeredGateway;

before(async () => {
  rig = await AdministeredGateway.start();
});
after(() => rig.close());

function assertHardened({ headers }: ClientAnswer, path: string, policy = HARDENED_HEADERS['content-security-policy']): void {
  for (const [name, value] of Object.entries({ ...HARDENED_HEADERS, 'content-security-policy': policy })) assert.equal(headers[name], value, path);
  assert.match(String(headers['x-request-id']), /^\S+$/u, path);
}

test('no answer outside the data plane is kept, guessed at, framed or run', async () => {
  const asked: readonly (readonly [string, string, number])[] = [
    ['GET', '/', 200],
    ['GET', '/health', 200],
    ['GET', '/health/ready', 200],
    ['GET', '/metrics', 200],
    ['GET', '/nothing', 404],
    ['GET', '/%ff', 400],
    ['GET', '/openapi.json', 200],
    ['GET', '/api/public-config', 200],
    ['GET', '/api/admin/providers', 401],
    ['OPTIONS', '/api/admin/providers', 401],
    ['GET', '/api/nothing', 401],
    ['GET', '/api/%ff', 400],
    ['POST', '/api/auth/login', 400],
    ['POST', '/setup', 405],
  ];
  for (const [method, path, status] of asked) {
    const answer = await send({ url: `${rig.gateway.origin}${path}`, method });
    assert.equal(answer.status, status, path);
    assertHardened(answer, path);
  }
  for (const path of ['/api/admin/providers', '/api/admin/exchanges/export', '/api/admin/nothing']) {
    assertHardened(await send({ url: `${rig.gateway.origin}${path}`, headers: { 'x-admin-token': ADMIN_TOKEN } }), path);
  }
});

test('pages run their own scripts and nothing else', async () => {
  for (const path of [
    '/setup',
    '/setup/setup.js',
    '/setup/setup.css',
    '/docs',
    '/docs/',
    '/docs/json',
    '/docs/static/swagger-ui-bundle.js',
    '/docs/x',
  ])
    assertHardened(await send({ url: `${rig.gateway.origin}${path}` }), path, PAGE_POLICY);
});

test('neither is the answer of a control plane that is not there', async () => {
  const door = openControlDoor(Promise.reject(new Error('the database is away')), () => 'some-id');
  const server = createServer(door.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const answer = await send({ url: `http://127.0.0.1:${address.port}/api/admin/providers` });
  server.close();
  assert.equal(answer.status, 503);
  assertHardened(answer, 'the door');
});
