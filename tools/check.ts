// `npm run check`: everything that can be said of the code without running the gateway, two steps at a time.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}
interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: string;
  readonly output: string;
}

const ROOT = join(import.meta.dirname, '..');
const AT_A_TIME = 2;
const LIMIT_MS = 120_000;
const SCOPE = ['src', 'bin', 'tools', 'test', 'bench'].filter((folder) => existsSync(join(ROOT, folder)));
const inPackage = (path: string): string => join(ROOT, 'node_modules', path);

// The longest first, so that two at a time end together.
const STEPS: readonly Step[] = [
  { name: 'unit tests', args: ['--test', '--test-concurrency=2', '--test-reporter=dot', 'src/**/*.test.ts', 'tools/**/*.test.ts'] },
  { name: 'types (TypeScript 6)', args: [inPackage('typescript/bin/tsc'), '-p', '.'] },
  { name: 'types (TypeScript 7)', args: [inPackage('ts7/bin/tsc'), '-p', '.'] },
  { name: 'lint', args: [inPackage('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'unused code', args: [inPackage('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
  { name: 'import rules', args: [inPackage('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.mjs', ...SCOPE] },
  { name: 'format', args: [inPackage('oxfmt/bin/oxfmt'), '--check', '.'] },
  { name: 'generated files', args: ['tools/generate.ts', '--check'] },
];

function runStep(step: Step): Promise<Result> {
  return new Promise((resolve) => {
    const started = performance.now();
    let output = '';
    const child = spawn(process.execPath, step.args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = (passed: boolean): void => resolve({ name: step.name, passed, seconds: ((performance.now() - started) / 1000).toFixed(1), output });
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

async function runSteps(): Promise<Result[]> {
  const waiting = [...STEPS];
  const results: Result[] = [];
  async function work(): Promise<void> {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(`${result.passed ? 'ok    ' : 'FAILED'} ${result.name} (${result.seconds} s)`);
      if (!result.passed) console.log(result.output.trimEnd());
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return results;
}

const results = await runSteps();
const failed = results.filter((result) => !result.passed).length;
console.log(`check: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
