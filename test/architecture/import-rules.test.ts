import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { listProjectFiles, ROOT } from './project-files.ts';

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}
interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly Violation[]; readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] } };
}

const FOLDERS = ['src', 'bin', 'tools', 'test', 'bench', 'console'];

/** Rule → file that breaks it → what that file says. */
const OFFENCES: Record<string, Record<string, string>> = {
  'no-cycles': { 'src/lib/cycle-a.ts': "export * from './cycle-b.ts';" },
  resolvable: { 'src/lib/dangling.ts': "export * from './nowhere.ts';" },
  'room-domain': { 'src/domain/offence.ts': "import '../lib/target.ts';" },
  'room-lib': { 'src/lib/offence.ts': "import type { Target } from '../domain/target.ts'; export type A = Target;" },
  'room-ports': { 'src/ports/offence.ts': "import '../lib/target.ts';" },
  'room-security': { 'src/security/offence.ts': "import '../config/target.ts';" },
  'room-config': { 'src/config/offence.ts': "import '../security/target.ts';" },
  'room-protocols': { 'src/protocols/offence.ts': "import '../ports/target.ts';" },
  'room-presets': { 'src/presets/offence.ts': "import '../config/target.ts';" },
  'room-gateway': {
    'src/gateway/exchange/offence.ts': "import '../../store/target.ts';",
    'src/gateway/exchange/offence-state.ts': "import '../../state/target.ts';",
    'src/gateway/exchange/offence-control.ts': "void import('../../control/target.ts');",
  },
  'room-state': { 'src/state/offence.ts': "import '../gateway/target.ts';" },
  'room-observability': { 'src/observability/offence.ts': "import '../store/target.ts';" },
  'room-store': { 'src/store/offence.ts': "import '../gateway/target.ts';", 'src/store/offence-test.ts': "import '../../test/target.ts';" },
  'room-control': { 'src/control/offence.ts': "import '../gateway/target.ts';" },
  'room-cli': { 'src/cli/offence.ts': "import '../store/target.ts';" },
  'room-app': { 'src/app/offence.ts': "import '../cli/target.ts';" },
  'main-only-starts-cli': { 'src/offence.ts': "import './app/target.ts';" },
  'no-loose-rooms': { 'src/shed/offence.ts': "import '../lib/target.ts';" },
  'protocols-never-another': { 'src/protocols/one/offence.ts': "import '../two/target.ts';" },
  'gateway-siblings': { 'src/gateway/routing/offence.ts': "import '../key-pool/target.ts';" },
  'gateway-http-calls-exchange': {
    'src/gateway/http/offence.ts': "import '../routing/target.ts';",
    'src/gateway/http/offence-inner.ts': "import '../exchange/target.ts';",
  },
  'gateway-root-knows-no-room': { 'src/gateway/offence.ts': "import './routing/target.ts';" },
  'console-contract-only': { 'console/src/offence.ts': "import type { Target } from '../../src/domain/target.ts'; export type A = Target;" },
  'console-types-only': { 'console/src/offence-code.ts': "import '../../src/control/admin-api/contract.ts';" },
  'pure-domain-and-ports': { 'src/domain/offence-core.ts': "import 'node:crypto';", 'src/ports/offence-package.ts': "import 'undici';" },
  'pure-protocols': { 'src/protocols/offence-io.ts': "import 'node:http';" },
  'no-dev-packages': { 'src/lib/offence-dev.ts': "import 'fast-check';" },
  'owner-of-kysely-pg-mysql2-sqlite': {
    'src/lib/offence-kysely.ts': "import 'kysely';",
    'src/app/offence-sqlite.ts': "import 'node:sqlite';",
    'src/app/offence-pg.ts': "import 'pg';",
    'src/app/offence-mysql.ts': "import 'mysql2';",
  },
  'owner-of-redis': { 'src/state/memory/offence-redis.ts': "import '@redis/client';" },
  'owner-of-undici': { 'src/gateway/exchange/offence-undici.ts': "import 'undici';" },
  'owner-of-fastify-fastify': {
    'src/gateway/exchange/offence-fastify.ts': "import 'fastify';",
    'src/store/offence-fastify.ts': "import '@fastify/static';",
  },
  'owner-of-prom-client': { 'src/gateway/metering/offence-prom.ts': "import 'prom-client';" },
  'owner-of-yaml': { 'src/app/offence-yaml.ts': "import 'yaml';" },
  'owner-of-typebox': { 'src/gateway/http/offence-typebox.ts': "import { Type } from 'typebox'; export const a = Type;" },
  'owner-of-jose': { 'src/app/offence-jose.ts': "import 'jose';" },
  'owner-of-openid-client': { 'src/security/offence-openid.ts': "import 'openid-client';" },
  'owner-of-pino': { 'src/gateway/http/offence-pino.ts': "import 'pino';" },
};

/** What the offences point at, and neighbours that do the same rightly. */
const BYSTANDERS: Record<string, string> = {
  ...Object.fromEntries(
    ['domain', 'lib', 'ports', 'security', 'config', 'protocols/two', 'presets', 'gateway', 'gateway/routing', 'gateway/key-pool', 'gateway/exchange']
      .concat(['state', 'observability', 'store', 'control', 'app', 'cli'])
      .map((room) => [`src/${room}/target.ts`, 'export interface Target { a: 1 }']),
  ),
  'src/lib/cycle-b.ts': "export * from './cycle-a.ts';",
  'test/target.ts': "import '../src/store/target.ts';",
  'src/control/admin-api/contract.ts': 'export interface Contract { a: 1 }',
  'console/src/right.ts': "import type { Contract } from '../../src/control/admin-api/contract.ts'; export type A = Contract;",
  'src/gateway/exchange/handle-exchange.ts': "import '../routing/target.ts'; import '../../lib/target.ts';",
  'src/gateway/http/right.ts': "import '../exchange/handle-exchange.ts'; import 'fastify';",
  'src/store/right.ts': "import 'kysely'; import 'node:sqlite'; import '../config/target.ts';",
  'src/gateway/upstream/right.ts': "import 'undici';",
  'src/protocols/one/right.ts': "import '../../domain/target.ts'; import './offence.ts';",
  'src/main.ts': "import './cli/target.ts';",
};

const planted = mkdtempSync(join(tmpdir(), 'headgate-walls-'));
after(() => rmSync(planted, { recursive: true, force: true }));

function cruise(folder: string): Cruise {
  const command = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const scope = FOLDERS.filter((name) => existsSync(join(folder, name)));
  const run = spawnSync(process.execPath, [command, '--config', join(folder, '.dependency-cruiser.mjs'), '--output-type', 'json', ...scope], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(run.stderr, '');
  return JSON.parse(run.stdout) as Cruise;
}

function plant(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(planted, path)), { recursive: true });
    writeFileSync(join(planted, path), `${text}\n`);
  }
}

test('names every planted offence and no bystander', () => {
  for (const file of ['.dependency-cruiser.mjs', 'package.json', 'tsconfig.json']) copyFileSync(join(ROOT, file), join(planted, file));
  symlinkSync(join(ROOT, 'node_modules'), join(planted, 'node_modules'), 'dir');
  plant(BYSTANDERS);
  for (const files of Object.values(OFFENCES)) plant(files);

  const { summary } = cruise(planted);
  const rules = summary.ruleSetUsed.forbidden.map((rule) => rule.name).toSorted();
  assert.deepEqual(rules, Object.keys(OFFENCES).toSorted(), 'every rule has its offence here, and every offence its rule');

  const named = new Set(summary.violations.map((violation) => `${violation.rule.name} ${violation.from}`));
  const missed = Object.entries(OFFENCES).flatMap(([rule, files]) =>
    Object.keys(files)
      .map((path) => `${rule} ${path}`)
      .filter((offence) => !named.has(offence)),
  );
  assert.deepEqual(missed, []);

  const accused = summary.violations.filter((violation) => violation.from in BYSTANDERS);
  assert.deepEqual(accused, []);
});

test('the walls stand in the project, and the run saw every module that git lists', () => {
  const { summary, modules } = cruise(ROOT);
  const broken = summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`);
  assert.deepEqual(broken, []);

  const seen = new Set(modules.map((module) => module.source));
  const listed = listProjectFiles().filter((path) => /\.(ts|mjs|js|cjs)$/.test(path) && FOLDERS.includes(path.split('/')[0] ?? ''));
  assert.ok(listed.length > 10);
  assert.deepEqual(
    listed.filter((path) => !seen.has(path)),
    [],
  );
});
