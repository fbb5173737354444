import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProjectFile, ROOT } from './project-files.ts';

const OPTION = /--[a-z][a-z-]*/g;

function helpOf(...argv: readonly string[]): string {
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'src/main.ts'), ...argv, '--help'], { encoding: 'utf8', timeout: 30_000 });
  assert.equal(status, 0, `headgate ${argv.join(' ')} --help`);
  return stdout;
}

const sections = new Map(
  readProjectFile('docs/reference/cli.md')
    .split(/^## headgate /m)
    .slice(1)
    .map((text): [string, string] => [text.slice(0, text.indexOf('\n')), text]),
);

test('the page of the command line describes every command', () => {
  const commands = [...helpOf().matchAll(/^ {2}headgate ([a-z-]+)/gm)].map((match) => match[1] ?? '');
  assert.ok(commands.length > 4);
  assert.deepEqual([...sections.keys()].toSorted(), commands.toSorted());
});

for (const [command, text] of sections) {
  if (command === 'version') continue;
  test(`the page of the command line describes the options of ${command}`, () => {
    const offered = new Set(helpOf(command).match(OPTION));
    const described = new Set(text.match(OPTION));
    assert.deepEqual([...described].toSorted(), [...offered].filter((option) => option !== '--help').toSorted());
  });
}
