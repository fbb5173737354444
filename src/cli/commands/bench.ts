import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs the benchmark of the source tree with the same arguments; its exit code is passed on. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL('../../../bench/run.ts', import.meta.url));
  if (!existsSync(program)) {
    process.stderr.write('The benchmark is part of the source tree and is not in this installation; clone the repository and run `npm run bench`.\n');
    return 1;
  }
  const child = spawn(process.execPath, [program, ...argv], { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`The benchmark could not be run: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
