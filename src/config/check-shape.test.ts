import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { checkShape } from './check-shape.ts';
import { ConfigProblems } from './config-problems.ts';
import { GatewayConfigSchema } from './schema/gateway-config-schema.ts';

const VALUES = fc.oneof(
  fc.constantFrom<unknown>(true, false, 0, 1, -1, 0.5, 'x', '', 'llm', 'rest', 'weighted', 'gpt-4*', '*', 'https://x.test'),
  fc.constantFrom<unknown>(
    [],
    ['x'],
    [''],
    {},
    { x: 'y' },
    { secret: 's' },
    { name: 'n' },
    { in: 'header', name: 'x' },
    { strategy: 'sticky' },
    { methods: ['GET'], targetUrl: 'u' },
  ),
);

const PROVIDER_FIELDS = Object.keys(GatewayConfigSchema.properties.providers.items.properties);
const KEY_FIELDS = Object.keys(GatewayConfigSchema.properties.virtualKeys.items.properties);

function objectOf(fields: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(fc.constantFrom(...fields, 'id', 'stranger'), VALUES, { maxKeys: 5, noNullPrototype: true });
}

function findsNoProblem(value: unknown): boolean {
  const problems = new ConfigProblems({ source: 'test', locate: () => null });
  checkShape(GatewayConfigSchema, value, [], { problems, isExpanded: () => false });
  return problems.isEmpty;
}

test('accepts exactly what the published schema accepts', () => {
  const configs = fc.record({
    providers: fc.array(objectOf(PROVIDER_FIELDS), { maxLength: 2 }),
    virtualKeys: fc.array(objectOf(KEY_FIELDS), { maxLength: 2 }),
    settings: objectOf(Object.keys(GatewayConfigSchema.properties.settings.properties)),
  });
  fc.assert(
    fc.property(configs, (config) => {
      assert.equal(findsNoProblem(config), Value.Check(GatewayConfigSchema, config), JSON.stringify(config));
    }),
    { numRuns: 3000, seed: 7 },
  );
});

test('the comparison is worth something: both sides accept and refuse', () => {
  assert.equal(findsNoProblem({ providers: [{ id: 'a', keys: ['x', { secret: 'y', weight: 0 }] }] }), true);
  assert.equal(findsNoProblem({ providers: [{ id: 'a', keys: [{ weight: 0 }] }] }), false);
});
