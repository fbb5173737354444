import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const PROGRAM = join(import.meta.dirname, '../../bin/headgate.mjs');

interface Ended {
  readonly code: number;
  readonly out: string;
}

function plan(t: TestContext, files: Readonly<Record<string, object | string>>, ...args: readonly string[]): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-plan-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, config] of Object.entries(files)) writeFileSync(join(folder, name), typeof config === 'string' ? config : JSON.stringify(config));
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'config', ...args], { cwd: folder, env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    );
  });
}

const OLD = {
  providers: [{ id: 'main', preset: 'openai', models: ['gpt-4o', 'gpt-4o-mini'], keys: [{ id: 'k1', secret: 'sk-canary-before' }] }],
  virtualKeys: ['a', 'b', 'c'].map((id) => ({ id, secret: `hg-canary-of-${id}-0123456789` })),
};

test('says what would change and who loses what, and shows no secret', async (t) => {
  const next = {
    providers: [{ ...OLD.providers[0], models: ['gpt-4o-mini'], weight: 2, keys: [{ id: 'k1', secret: 'sk-canary-after' }] }],
    virtualKeys: OLD.virtualKeys.slice(0, 2),
  };
  const { code, out } = await plan(t, { 'headgate.yaml': OLD, 'next.yaml': next }, 'plan', 'next.yaml');
  assert.equal(code, 0, out);
  assert.match(out, /^~ provider main: models \["gpt-4o","gpt-4o-mini"\] → \["gpt-4o-mini"\], weight \(absent\) → 2$/m);
  assert.match(out, /^~ provider-key main\/k1: secret$/m);
  assert.match(out, /^- virtual-key c$/m);
  assert.match(out, /^1 virtual key would be refused: c$/m);
  assert.match(out, /^2 virtual keys would lose the model gpt-4o: a, b$/m);
  assert.ok(!out.includes('canary'), out);
});

test('says that nothing would change', async (t) => {
  const { code, out } = await plan(t, { 'headgate.yaml': OLD }, 'plan', 'headgate.yaml');
  assert.deepEqual([code, out], [0, 'headgate.yaml: nothing would change.\n']);
});

test('a configuration that cannot be used is refused with its place', async (t) => {
  const { code, out } = await plan(t, { 'headgate.yaml': OLD, 'next.yaml': 'providers: [{ id: main, presett: openai }]' }, 'plan', 'next.yaml');
  assert.equal(code, 1);
  assert.match(out, /next\.yaml:1.*presett/s);
});

test('without a new configuration it says how it is called', async (t) => {
  const { code, out } = await plan(t, {}, 'plan');
  assert.deepEqual([code, out], [2, 'It takes: headgate config plan NEW [OLD].\n']);
});
