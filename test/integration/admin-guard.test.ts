import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import { controlRoutes } from '../../src/app/control/load-control-server.ts';
import { may } from '../../src/control/console-auth/may.ts';
import type { AdminRoute } from '../../src/control/http/admin-route.ts';
import type { Principal } from '../../src/control/principal.ts';
import { ROLES, type Role } from '../../src/security/roles/role.ts';
import { startGateway, type Gateway } from '../support/start-gateway.ts';

const ADMIN_TOKEN = 'guard-test-admin-token-1';
const PASSWORD = 'seven green bottles standing';
const CLIENT_KEY = 'client-key-of-the-guard-test';

interface Answer {
  readonly status: number;
  readonly text: string;
}

const routes = controlRoutes();
const guarded = routes.filter(({ access }) => access !== 'public');
const tokens = new Map<Role, string>();
let gateway: Gateway;

before(async () => {
  gateway = await startGateway({ env: { ADMIN_TOKEN, GLOBAL_PROXY_KEYS: CLIENT_KEY } });
  for (const role of ROLES) {
    const made = await send('POST', '/api/admin/users', { 'x-admin-token': ADMIN_TOKEN }, { username: `the-${role}`, password: PASSWORD, role });
    assert.equal(made.status, 201, made.text);
    const login = await send('POST', '/api/auth/login', {}, { username: `the-${role}`, password: PASSWORD });
    tokens.set(role, (JSON.parse(login.text) as { token: string }).token);
  }
});
after(() => gateway.dispose());

/** Sends the path letter by letter: fetch would tidy it up. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const type = text === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const request = httpRequest(
      { host: '127.0.0.1', port: gateway.port, method, path, headers: { ...headers, ...type }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        // Streams of events are known by their head.
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
          resolve({ status: response.statusCode ?? 0, text: '' });
          request.destroy();
          return;
        }
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

function pathOf({ path }: AdminRoute): string {
  return path.replaceAll(/:[A-Za-z]+/gu, 'nothing').replaceAll('*', 'nothing');
}

test('there are routes to guard, and few that are open to everybody', () => {
  assert.ok(guarded.length > 30);
  const open = routes.filter(({ access }) => access === 'public').map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(open.toSorted(), [
    'GET /admin/v1/health',
    'GET /api/auth/oidc/callback',
    'GET /api/auth/oidc/login',
    'GET /api/public-config',
    'POST /admin/login',
    'POST /api/auth/login',
    'POST /api/auth/refresh',
    'POST /api/auth/register',
  ]);
});

test('no route answers without credentials, however it is asked for', async () => {
  const wrong: string[] = [];
  for (const route of guarded) {
    const path = pathOf(route);
    const asked: readonly (readonly [string, string])[] = [
      [route.method, path],
      ['HEAD', path],
      ['OPTIONS', path],
      [route.method, `${path}/`],
      [route.method, `/${path}`],
      [route.method, path.replace(/^\/(.)/u, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`)],
      [route.method, path.replace(/^\/([a-z]+)\//u, '/$1/%2e/')],
      [route.method, path.replace(/^\/([a-z]+)\//u, '/x/%2e%2e/$1/')],
      [route.method, path.replace(/^\/([a-z]+)\//u, '/$1//')],
      [route.method, path.toUpperCase()],
      [route.method, `${path}?x=1`],
    ];
    for (const [method, variant] of asked) {
      const { status } = await send(method, variant);
      if (status !== 401) wrong.push(`${method} ${variant}: ${status}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('wrong credentials are as good as none', async () => {
  const wrong: readonly Record<string, string>[] = [
    { authorization: `Bearer ${ADMIN_TOKEN}x` },
    { authorization: 'Bearer ' },
    { authorization: 'Basic YWRtaW46YWRtaW4=' },
    { 'x-admin-token': '' },
    { 'x-admin-token': 'null' },
    { authorization: 'Bearer null' },
    { authorization: 'Bearer undefined' },
    { cookie: 'headgate_session=hg-session-nothing; __Host-headgate=nothing' },
    { 'x-original-url': '/health', host: 'localhost' },
  ];
  for (const headers of wrong) assert.equal((await send('GET', '/api/admin/providers', headers)).status, 401, JSON.stringify(headers));
});

for (const role of ROLES) {
  test(`a ${role} gets exactly as far as the rights of the role go`, async () => {
    const principal: Principal = { kind: 'user', id: role, name: role, role, sessionId: role };
    const wrong: string[] = [];
    for (const route of guarded) {
      // Ends the session with which the test goes on.
      if (route.path === '/api/auth/logout') continue;
      const { status, text } = await send(
        route.method,
        pathOf(route),
        { authorization: `Bearer ${tokens.get(role) ?? ''}` },
        hasBody(route) ? {} : undefined,
      );
      const isRefused = status === 401 || (status === 403 && text.includes('needs the right'));
      if (isRefused === may(principal, route.access)) wrong.push(`${route.method} ${route.path}: ${status}`);
    }
    assert.deepEqual(wrong, []);
  });
}

test('a virtual key sees its own usage and nothing else', async () => {
  const principal: Principal = { kind: 'virtual-key', id: 'global-1', name: 'global-1' };
  const wrong: string[] = [];
  for (const route of guarded) {
    const { status, text } = await send(route.method, pathOf(route), { authorization: `Bearer ${CLIENT_KEY}` }, hasBody(route) ? {} : undefined);
    const isRefused = status === 401 || (status === 403 && text.includes('needs the right'));
    if (isRefused === may(principal, route.access)) wrong.push(`${route.method} ${route.path}: ${status}`);
  }
  assert.deepEqual(wrong, []);
});

function hasBody({ body }: AdminRoute): boolean {
  return body !== undefined;
}
