import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlRoutes } from '../../src/app/control/load-control-server.ts';
import { generate } from '../../tools/generators/admin-api.ts';
import { readProjectFile } from './project-files.ts';

interface Operation {
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const routes = controlRoutes();
const generated = generate();

function documentOf(): { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } {
  return JSON.parse(generated['docs/reference/openapi.json'] ?? '{}') as ReturnType<typeof documentOf>;
}

test('no two routes of the control plane share a method and a path', () => {
  const names = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:[A-Za-z]+/gu, ':')}`);
  assert.ok(names.length > 80);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('the committed tables of rights and of the API are those of the routes', () => {
  for (const [path, text] of Object.entries(generated)) assert.equal(readProjectFile(path), text, `${path}: run npm run generate`);
});

test('the API document names every route once, and says what each needs', () => {
  const operations = Object.entries(documentOf().paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  const ids = operations.flatMap(({ operation }) => operation.operationId ?? []);
  assert.equal(new Set(ids).size, ids.length);
  for (const { method, path, access } of routes) {
    const name = `${method} ${path.replaceAll(/:([A-Za-z]+)/gu, '{$1}').replaceAll('*', '{path}')}`;
    const found = operations.find((candidate) => candidate.name === name);
    assert.ok(found !== undefined, name);
    assert.equal(found.operation.security?.length === 0, access === 'public', name);
  }
});

test('the API document holds no example, so that none can be taken for a secret or become one', () => {
  assert.doesNotMatch(generated['docs/reference/openapi.json'] ?? '', /"examples?":|\b(?:sk|hg)-[A-Za-z0-9]{8}/u);
});

test('of the surfaces of older gateways two routes are open, and who may only read writes nothing', () => {
  const open = routes.filter(({ access, path }) => access === 'public' && path.startsWith('/admin'));
  assert.deepEqual(
    open.map(({ method, path }) => `${method} ${path}`),
    ['GET /admin/v1/health', 'POST /admin/login'],
  );
  const writing = routes.filter(({ method, path }) => method !== 'GET' && path.startsWith('/admin'));
  const byReaders = writing.filter(({ access }) => access.endsWith(':read')).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(byReaders, []);
});
