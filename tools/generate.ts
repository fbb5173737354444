// `npm run generate` writes every generated file anew; with --check it only says which ones are not what their generator makes.
// A generator is a file in tools/generators whose `generate()` gives the texts by path from the root.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Generator {
  generate(): Promise<Record<string, string>> | Record<string, string>;
}

const ROOT = join(import.meta.dirname, '..');
const onlyCheck = process.argv.includes('--check');
let stale = 0;

for (const path of globSync('tools/generators/*.ts', { cwd: ROOT }).toSorted()) {
  if (path.endsWith('.test.ts')) continue;
  const generator = (await import(pathToFileURL(join(ROOT, path)).href)) as Generator;
  for (const [target, text] of Object.entries(await generator.generate())) {
    const file = join(ROOT, target);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale += 1;
    console.log(onlyCheck ? `${target} is not what ${path} makes: run \`npm run generate\`.` : `wrote ${target}`);
    if (onlyCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
process.exitCode = onlyCheck && stale > 0 ? 1 : 0;
