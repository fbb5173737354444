import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { readImportedConfig } from './imported-config.ts';

const TEXT = `
providers:
  - id: main
    name: costs $\${MUCH}
    keys: [{ id: k1, secret: "\${HEADGATE_MAIN_K1}" }]
`;

function problemOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof ConfigError ? error.message : assert.fail(String(error));
  }
}

test('placeholders stay in the places of secrets, and signs that were written twice become one', () => {
  const { providers } = readImportedConfig(TEXT, 'import', null);
  assert.deepEqual(providers, [{ id: 'main', name: 'costs ${MUCH}', keys: [{ id: 'k1', secret: '${HEADGATE_MAIN_K1}' }] }]);
});

test('a variable of the caller goes before what a placeholder stands for', () => {
  const { providers } = readImportedConfig(TEXT, 'import', { HEADGATE_MAIN_K1: 'sk-1' });
  assert.deepEqual(providers?.[0]?.keys, [{ id: 'k1', secret: 'sk-1' }]);
});

test('without an environment nothing else is looked up', () => {
  const places = ['name: "${HEADGATE_MAIN_K1}"', 'name: "${HOME:-x}"', 'headers: { x: "a${HEADGATE_X}" }', 'region: "$${A}${HOME}"'];
  for (const place of places) {
    assert.match(
      problemOf(() => readImportedConfig(`providers: [{ id: main, ${place} }]`, 'import', null)),
      /names a variable/,
      place,
    );
  }
});

test('shapes are checked with their places, and numbers may come from variables', () => {
  assert.match(
    problemOf(() => readImportedConfig('providers:\n  - { id: main, keyz: [] }', 'import', null)),
    /^import:2:17 providers\[0\]\.keyz: unknown field/,
  );
  assert.deepEqual(readImportedConfig({ settings: { maxAttempts: '${N}' } }, 'import', { N: '4' }), { settings: { maxAttempts: 4 } });
  assert.match(
    problemOf(() => readImportedConfig({ ['__proto__x']: 1 }, 'import', null)),
    /unknown field/,
  );
});
