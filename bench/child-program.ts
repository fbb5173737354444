import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { LoadJob, LoadResult } from './load/load-job.ts';

/** A program of this folder in a process of its own. */
export interface ChildProgram {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a program and waits for its `listening on PORT`. */
export async function startProgram(path: string, argument: string): Promise<ChildProgram> {
  const child = run(path, argument);
  const line = await awaitLine(child, /listening on (\d+)/);
  return { pid: child.pid ?? 0, port: Number(line[1]), stop: () => stop(child) };
}

/** Runs a load job to its end. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const line = await awaitLine(startLoad(job), /^(\{.*\})$/m);
  return JSON.parse(line[1] ?? '') as LoadResult;
}

/** Starts a `hold` job; `release` ends it. */
export async function holdLoad(job: LoadJob): Promise<{ release(): Promise<LoadResult> }> {
  const child = startLoad(job);
  await awaitLine(child, /holding/);
  return {
    release: async () => {
      const line = awaitLine(child, /^(\{.*\})$/m);
      child.stdin?.end();
      return JSON.parse((await line)[1] ?? '') as LoadResult;
    },
  };
}

function startLoad(job: LoadJob): ChildProcess {
  const child = run('load/load-process.ts');
  // By standard input: a body of half a megabyte is too long for an argument.
  child.stdin?.write(`${JSON.stringify(job)}\n`);
  return child;
}

function run(path: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL(path, import.meta.url)), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  return child;
}

function awaitLine(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const look = (part: Buffer): void => {
      text += part.toString('utf8');
      const match = pattern.exec(text);
      if (match === null) return;
      child.stdout?.off('data', look);
      resolve(match);
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => reject(new Error(`A program of the benchmark ended with code ${String(code)}: ${text}`)));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
