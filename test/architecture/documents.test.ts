import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { listProjectFiles, readProjectFile, ROOT } from './project-files.ts';

const documents = listProjectFiles().filter((path) => path.endsWith('.md'));
const packageJson = JSON.parse(readProjectFile('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
/** Commands of npm itself that documents may name. */
const NPM_COMMANDS = new Set(['run', 'start', 'test', 'ci']);

const BLOCK = /^```(?<language>[a-z]*)\n(?<body>[\s\S]*?)^```/gm;
const LINK = /\]\((?<target>[^)\s]+)\)/g;
const CODE = /`(?<code>[^`\n]+)`/g;
const PROJECT_PATH = /^(?:\.\/)?(?:src|test|tools|docs|bin|bench)\/[\w./*-]+$/;
const PACKAGE_HOSTS = ['registry', 'mirror'].map((word) => new RegExp(`\\b${word}s?\\.[a-z0-9-]+\\.[a-z]{2,}|\\bnpm${word}\\.|npmjs\\.`, 'i'));

function matches(text: string, pattern: RegExp, group: string): string[] {
  return [...text.matchAll(pattern)].map(({ groups = {} }) => groups[group] ?? '');
}

function withoutBlocks(text: string): string {
  return text.replaceAll(BLOCK, '');
}

function isThere(path: string): boolean {
  return path.includes('*') ? globSync(path, { cwd: ROOT }).length > 0 : existsSync(join(ROOT, path));
}

test('the project has its documents', () => {
  const expected = [
    'README.md',
    'README.zh-CN.md',
    'ARCHITECTURE.md',
    'GLOSSARY.md',
    'AGENTS.md',
    'CLAUDE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
  ];
  assert.deepEqual(
    expected.filter((path) => !documents.includes(path)),
    [],
  );
});

for (const path of documents) {
  const text = readProjectFile(path);

  test(`${path}: every relative link leads to a file of the project`, () => {
    const targets = matches(withoutBlocks(text), LINK, 'target').filter((target) => !/^(?:https?:|mailto:|#)/.test(target));
    const broken = targets.filter((target) => !existsSync(join(ROOT, dirname(path), target.replace(/#.*$/, ''))));
    assert.deepEqual(broken, []);
  });

  test(`${path}: every link stays inside the project`, () => {
    const targets = matches(withoutBlocks(text), LINK, 'target').filter((target) => !/^(?:https?:|mailto:|#)/.test(target));
    assert.deepEqual(
      targets.filter((target) => normalize(join(dirname(path), target)).startsWith('..')),
      [],
    );
  });

  test(`${path}: every file that is named is there`, () => {
    const words = matches(withoutBlocks(text), CODE, 'code').flatMap((code) => code.split(/[\s"]+/));
    const named = words.filter((word) => PROJECT_PATH.test(word));
    assert.deepEqual(
      named.filter((name) => !isThere(name)),
      [],
    );
  });

  test(`${path}: every npm command exists`, () => {
    const scripts = [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map((match) => match[1] ?? '');
    const code = [...matches(text, BLOCK, 'body'), ...matches(withoutBlocks(text), CODE, 'code')].join('\n');
    const commands = [...code.matchAll(/\bnpm ([a-z][a-z-]*)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      [...scripts.filter((name) => packageJson.scripts[name] === undefined), ...commands.filter((name) => !NPM_COMMANDS.has(name))],
      [],
    );
  });

  test(`${path}: every command of the gateway exists`, () => {
    const named = [...text.matchAll(/(?:`headgate|bin\/headgate\.mjs) ([a-z][a-z-]*)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(
      named.filter((name) => !existsSync(join(ROOT, 'src/cli/commands', `${name}.ts`))),
      [],
    );
  });

  test(`${path}: names no host of packages`, () => {
    assert.deepEqual(
      PACKAGE_HOSTS.filter((rule) => rule.test(text)),
      [],
    );
  });
}

test('both READMEs have the same sections and the same examples', () => {
  const english = readProjectFile('README.md');
  const chinese = readProjectFile('README.zh-CN.md');
  assert.ok(matches(english, BLOCK, 'body').length > 5);
  assert.deepEqual(matches(chinese, BLOCK, 'body'), matches(english, BLOCK, 'body'));
  assert.deepEqual(chinese.match(/^#+ /gm), english.match(/^#+ /gm));
  assert.deepEqual(matches(chinese, LINK, 'target').toSorted(), matches(english.replace('README.zh-CN.md', 'README.md'), LINK, 'target').toSorted());
});

test('decisions are numbered without a gap and have context, choice and consequences on one page', () => {
  const decisions = documents.filter((path) => path.startsWith('docs/decisions/')).toSorted();
  assert.ok(decisions.length > 10);
  for (const [index, path] of decisions.entries()) {
    const number = String(index + 1).padStart(4, '0');
    assert.match(path, new RegExp(`/${number}-[a-z0-9-]+\\.md$`));
    const text = readProjectFile(path);
    assert.match(text, new RegExp(`^# ${number} \\S`));
    assert.deepEqual(text.match(/^## .+$/gm), ['## Context', '## Choice', '## Consequences'], path);
    assert.ok(text.length < 4000, `${path} is longer than a page`);
  }
});
