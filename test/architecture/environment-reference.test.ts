import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBootstrap } from '../../src/config/bootstrap.ts';
import type { Environment } from '../../src/config/expand-environment.ts';
import { readEnvironmentConfig } from '../../src/config/environment-source.ts';
import { PRESETS } from '../../src/presets/presets.ts';
import { readProjectFile } from './project-files.ts';

const ROW = /^\| `(?<name>[A-Z_]+)` \| (?<also>(?:`[A-Za-z_]+`)?) ?\| (?<rest>.+) \|$/gm;

const rows = [...readProjectFile('docs/reference/environment.md').matchAll(ROW)].map(({ groups = {} }) => groups);
const names = rows.map(({ name = '' }) => name);
const aliases = rows.map(({ also = '' }) => also.replaceAll('`', '')).filter((also) => also !== '');
const exampleNames = [...readProjectFile('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1] ?? '');

/** The names that the code asks an empty environment for. */
function readNames(): ReadonlySet<string> {
  const asked = new Set<string>();
  const environment: Environment = new Proxy(
    {},
    {
      get: (_target, name) => {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  readBootstrap(environment, { workingDirectory: '/nowhere' });
  readEnvironmentConfig(environment, PRESETS);
  return asked;
}

test('the environment page and .env.example list the same variables', () => {
  assert.ok(names.length > 50);
  assert.deepEqual(names.toSorted(), exampleNames.toSorted());
});

test('every variable of the environment page is one that the code reads', () => {
  const asked = readNames();
  assert.deepEqual(
    [...names, ...aliases].filter((name) => !asked.has(name)),
    [],
  );
});

test('every variable that the code reads is on the environment page', () => {
  const told = new Set([...names, ...aliases]);
  const untold = [...readNames()].filter((name) => !told.has(name) && !name.endsWith('_BASE_URL'));
  assert.deepEqual(untold, []);
});

test('the environment page names the preset of each key', () => {
  for (const { name = '', rest = '' } of rows.filter(
    ({ name: variable = '' }) =>
      /(?:KEY|TOKEN|URL|ENDPOINT)$/.test(variable) &&
      !['ADMIN_TOKEN', 'DATABASE_URL', 'HEADGATE_MASTER_KEY', 'PUBLIC_URL', 'REDIS_URL'].includes(variable),
  )) {
    const preset = PRESETS.get(/^`([a-z-]+)`/.exec(rest)?.[1] ?? '');
    assert.ok(preset !== undefined, `${name} names no preset`);
    if (/(?:KEY|TOKEN)$/.test(name)) assert.ok(preset.env?.includes(name), `${name} is no variable of ${preset.id}`);
  }
});
