import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSettings } from '../../src/config/compile-settings.ts';
import { LegacyLlmProxySchema } from '../../src/config/schema/legacy-llm-proxy-schema.ts';
import { readProjectFile } from './project-files.ts';

const page = readProjectFile('docs/reference/configuration.md');
const settingsPart = page.slice(page.indexOf('\n## settings\n'), page.indexOf('\n## config.yaml'));
const SETTING = /^\| `(?<path>[\w.]+)` \| .+? \| (?<standard>\S*) \| .+ \|$/gm;

const settings = [...settingsPart.matchAll(SETTING)].map(({ groups = {} }) => groups);

function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  return found;
}

/** Names of all fields of a schema, at any depth. */
function fieldNames(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const names = 'properties' in node && typeof node.properties === 'object' ? Object.keys(node.properties ?? {}) : [];
  return [...names, ...Object.values(node).flatMap(fieldNames)];
}

test('every default of a setting on the configuration page is the one in force', () => {
  assert.ok(settings.length > 20);
  const inForce = compileSettings();
  for (const { path = '', standard = '' } of settings) {
    if (path === 'prices.source') continue;
    assert.equal(String(valueAt(inForce, path)), standard, path);
  }
});

test('the configuration page tells what becomes of every field of llm-proxy', () => {
  const names = new Set(fieldNames(LegacyLlmProxySchema));
  assert.ok(names.has('master_keys') && names.has('burst_size'));
  const words = new Set(page.slice(page.indexOf('\n## config.yaml')).match(/\w+/g));
  assert.deepEqual(
    [...names].filter((name) => !words.has(name)),
    [],
  );
});
