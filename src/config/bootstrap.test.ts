import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { problemOfOpenDoor } from './require-admin.ts';
import { applyFileServer } from './apply-file-server.ts';
import { readBootstrap } from './bootstrap.ts';
import type { BootstrapConfig } from './bootstrap-config.ts';
import { effectiveSettings } from './effective-settings.ts';
import type { LoadedConfig } from './loaded-config.ts';

const directory = mkdtempSync(join(tmpdir(), 'headgate-bootstrap-'));
after(() => rmSync(directory, { recursive: true }));

function read(environment: Record<string, string> = {}): BootstrapConfig {
  return readBootstrap(environment, { workingDirectory: directory });
}

test('without variables the gateway listens on loopback, port 8787', () => {
  const { origins, warnings, ...values } = read();
  assert.deepEqual(values, {
    port: 8787,
    host: '127.0.0.1',
    dataDir: join(directory, 'data'),
    database: { kind: 'sqlite', path: join(directory, 'data/headgate.db') },
    configFile: null,
    metricsPath: '/metrics',
    metricsCompat: ['key_lb', 'proxy'],
    metricsPublic: false,
    logLevel: 'info',
    adminToken: null,
    globalProxyKeys: [],
    allowAnonymous: null,
    requestTimeoutMs: null,
    httpsProxy: null,
    noProxy: [],
    trustProxy: false,
    dataFile: null,
    adminAccount: null,
    jwtSecret: null,
    masterKey: null,
    publicUrl: null,
    allowRegistration: false,
    oidc: null,
  });
  assert.deepEqual(new Set(Object.values(origins)), new Set(['default']));
  assert.deepEqual(warnings, []);
});

test('PORT wins over BACKEND_PORT, and an empty variable counts as not set', () => {
  assert.equal(read({ PORT: '9000', BACKEND_PORT: '9001' }).port, 9000);
  assert.equal(read({ PORT: '', BACKEND_PORT: '9001' }).port, 9001);
  assert.equal(read({ PORT: '0' }).port, 0);
});

test('each variable reaches its setting', () => {
  const settings = read({
    HOST: '::1',
    DATA_DIR: '/var/lib/headgate',
    CONFIG_FILE: 'conf/gate.yaml',
    METRICS_PATH: '/internal/metrics',
    METRICS_COMPAT: 'proxy, api_lb',
    METRICS_PUBLIC: 'true',
    LOG_LEVEL: 'DEBUG',
    ADMIN_KEY: 'a-long-admin-key',
    GLOBAL_PROXY_KEYS: ' pk-one , pk-two,,pk-one',
    ALLOW_ANONYMOUS: '1',
    REQUEST_TIMEOUT_SECS: '30',
    HTTPS_PROXY: 'http://proxy:3128',
    NO_PROXY: 'localhost, .internal',
    TRUST_PROXY: '10.0.0.0/8, loopback',
  });
  assert.equal(settings.host, '::1');
  assert.equal(settings.dataDir, '/var/lib/headgate');
  assert.equal(settings.configFile, join(directory, 'conf/gate.yaml'));
  assert.equal(settings.metricsPath, '/internal/metrics');
  assert.deepEqual(settings.metricsCompat, ['api_lb', 'proxy']);
  assert.equal(settings.metricsPublic, true);
  assert.equal(settings.logLevel, 'debug');
  assert.equal(settings.adminToken, 'a-long-admin-key');
  assert.deepEqual(settings.globalProxyKeys, ['pk-one', 'pk-two']);
  assert.equal(settings.allowAnonymous, true);
  assert.equal(settings.requestTimeoutMs, 30_000);
  assert.equal(settings.httpsProxy, 'http://proxy:3128');
  assert.deepEqual(settings.noProxy, ['localhost', '.internal']);
  assert.deepEqual(settings.trustProxy, ['10.0.0.0/8', 'loopback']);
});

test('headgate.yaml of the working directory is found, config.yaml only by name', () => {
  writeFileSync(join(directory, 'config.yaml'), '');
  assert.equal(read().configFile, null);
  assert.equal(read({ CONFIG_FILE: 'config.yaml' }).configFile, join(directory, 'config.yaml'));
  writeFileSync(join(directory, 'headgate.yaml'), '');
  assert.equal(read().configFile, join(directory, 'headgate.yaml'));
  rmSync(join(directory, 'headgate.yaml'));
});

const BAD: readonly (readonly [environment: Record<string, string>, expected: RegExp])[] = [
  [{ PORT: '65536' }, /environment PORT: must be a whole number from 0 to 65535/u],
  [{ PORT: '80.5' }, /PORT: must be a whole number/u],
  [{ PORT: '-1' }, /PORT: must be a whole number/u],
  [{ PORT: '0x50' }, /PORT: must be a whole number/u],
  [{ HOST: 'http://x', ADMIN_TOKEN: 'a-long-admin-key' }, /HOST: must be an address/u],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL: must be trace/u],
  [{ METRICS_PATH: 'metrics' }, /METRICS_PATH: must be a path/u],
  [{ METRICS_PATH: '/v1/models' }, /METRICS_PATH: must be a path of its own/u],
  [{ METRICS_COMPAT: 'key_lb,other' }, /METRICS_COMPAT: must be a list of key_lb, api_lb, proxy/u],
  [{ METRICS_PUBLIC: 'maybe' }, /METRICS_PUBLIC: must be true or false/u],
  [{ ALLOW_ANONYMOUS: 'yep' }, /ALLOW_ANONYMOUS: must be true or false/u],
  [{ PROXY_TIMEOUT: '0' }, /PROXY_TIMEOUT: must be a whole number from 1/u],
  [{ HTTPS_PROXY: 'socks5://x:1' }, /HTTPS_PROXY: must be the URL/u],
  [{ TRUST_PROXY: 'everyone' }, /TRUST_PROXY: must be/u],
  [{ ADMIN_TOKEN: 'admin' }, /ADMIN_TOKEN: is a well-known example value/u],
  [{ ADMIN_TOKEN: 'x7k' }, /ADMIN_TOKEN: is shorter than 8/u],
  [{ ADMIN_TOKEN: 'aaaaaaaaaaaa' }, /ADMIN_TOKEN: repeats the same few characters/u],
  [{ ADMIN_USERNAME: 'admin', ADMIN_PASSWORD: 'admin123' }, /ADMIN_PASSWORD: is a well-known example value/u],
  [{ GLOBAL_PROXY_KEYS: 'good-one,your-global-proxy-key' }, /GLOBAL_PROXY_KEYS: entry 2 is a well-known example value/u],
];

for (const [environment, expected] of BAD) {
  test(`refuses ${JSON.stringify(environment)} with a sentence`, () => {
    assert.throws(() => read(environment), expected);
  });
}

test('all bad variables are told at once', () => {
  assert.throws(() => read({ PORT: 'x', LOG_LEVEL: 'y' }), /PORT[^\n]*\n[^\n]*LOG_LEVEL/u);
});

test('an address beyond loopback needs somebody who administers', () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'gate.example.com', '0'])
    assert.match(problemOfOpenDoor(read({ HOST: host })) ?? '', /HOST \(.+\) opens the gateway beyond this machine/u, host);
  for (const host of ['127.0.0.1', '::1', 'localhost']) assert.equal(problemOfOpenDoor(read({ HOST: host })), null, host);
  assert.equal(problemOfOpenDoor(read({ HOST: '0.0.0.0', ADMIN_TOKEN: 'a-long-admin-key' })), null);
  assert.equal(problemOfOpenDoor(read({ HOST: '0.0.0.0', ADMIN_USERNAME: 'root', ADMIN_PASSWORD: 'correct horse battery' })), null);
});

test('who sets Redis is told that it has no effect', () => {
  for (const environment of [{ REDIS_URL: 'redis://cache:6379' }, { REDIS_HOST: 'cache' }, { CACHE_TYPE: 'redis' }])
    assert.match(read(environment).warnings.join(), /Redis .+ is not used in this version/u);
  assert.deepEqual(read({ CACHE_TYPE: 'memory' }).warnings, []);
});

test('the name and the password of the first admin stand together', () => {
  assert.throws(() => read({ ADMIN_USERNAME: 'root' }), /ADMIN_USERNAME: needs ADMIN_PASSWORD/u);
  assert.throws(() => read({ ADMIN_PASSWORD: 'correct horse battery' }), /ADMIN_PASSWORD: needs ADMIN_USERNAME/u);
});

test('the effective settings tell origins and never a secret', () => {
  const bootstrap = readBootstrap(
    {
      PORT: '9000',
      ADMIN_TOKEN: 'a-long-admin-key',
      GLOBAL_PROXY_KEYS: 'pk-one,pk-two',
      HTTPS_PROXY: 'http://me:hunter2@proxy:3128',
      DATABASE_URL: 'postgres://me:hunter2@db/gate',
    },
    { workingDirectory: directory, fromFile: new Set(['ADMIN_TOKEN']) },
  );
  const shown = new Map(effectiveSettings(bootstrap).map((setting) => [setting.name, setting]));
  assert.deepEqual(shown.get('port'), { name: 'port', value: '9000', origin: 'environment PORT' });
  assert.deepEqual(shown.get('adminToken'), { name: 'adminToken', value: '********', origin: '.env ADMIN_TOKEN' });
  assert.deepEqual(shown.get('logLevel'), { name: 'logLevel', value: 'info', origin: 'default' });
  assert.deepEqual(shown.get('database'), { name: 'database', value: 'postgres://db:5432/gate', origin: 'environment DATABASE_URL' });
  assert.equal(shown.get('globalProxyKeys')?.value, '********,********');
  assert.doesNotMatch(JSON.stringify([...shown.values()]), /hunter2|a-long-admin-key|pk-one/u);
});

test('a file’s host and port hold where no variable speaks, but a file alone opens nothing', () => {
  const loaded: LoadedConfig = { config: {}, source: 'config.yaml', warnings: [], server: { host: '0.0.0.0', port: 8000 }, requestTimeoutMs: null };
  const closed = applyFileServer(read(), loaded);
  assert.equal(closed.port, 8000);
  assert.equal(closed.origins.port, 'file config.yaml');
  assert.equal(closed.host, '127.0.0.1');
  assert.match(closed.warnings[0] ?? '', /listening on 127\.0\.0\.1 only/u);
  const environment = { ADMIN_TOKEN: 'a-long-admin-key', PORT: '9000' };
  const open = applyFileServer(read(environment), loaded);
  assert.equal(open.port, 9000);
  assert.equal(open.host, '0.0.0.0');
  assert.deepEqual(open.warnings, []);
});
