import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { StoreFolder } from '../contracts/store-folder.ts';
import { assertNothingLost } from './assert-nothing-lost.ts';
import { reasonAgainstTools } from './machine-needs.ts';

/** Exchanges that an injected run settles when nothing stops it. */
export const INJECTED_RECORDS = 240;

/** Why no fault can be injected into system calls here; null when it can. */
export function reasonAgainstTracing(): string | null {
  const missing = reasonAgainstTools('strace');
  if (missing !== null) return missing;
  const { status, stderr } = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : `strace may not trace here (${stderr.trim()})`;
}

export interface InjectedRun {
  readonly acknowledged: readonly string[];
  /** How often the fault took hold. */
  readonly injected: number;
  readonly isClosed: boolean;
}

/** Runs the settling process under strace, which plants the fault into its system calls. */
async function runInjected(folder: StoreFolder, fault: string): Promise<InjectedRun> {
  const program = [process.execPath, join(import.meta.dirname, '..', 'faults', 'settling-process.ts'), folder.path, String(INJECTED_RECORDS)];
  const calls = fault.slice(0, fault.indexOf(':'));
  const trace = join(folder.path, 'trace');
  // Without --seccomp-bpf: with it, strace 6.1 injects nothing.
  const child = spawn('strace', ['-f', '-qq', '-o', trace, '-e', `trace=${calls}`, '-e', `inject=${fault}`, ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const lines = said.split('\n').slice(0, -1);
  const injected = readFileSync(trace, 'utf8').match(/\(INJECTED\)|killed by SIGKILL/g)?.length ?? 0;
  return { acknowledged: lines.filter((line) => line.startsWith('x-')), injected, isClosed: lines.includes('closed') };
}

/** Settles exchanges while the fault is injected, as strace writes it, and looks whether anything acknowledged is lost or there twice. */
export async function runInjectedStore(t: TestContext, fault: string): Promise<InjectedRun> {
  const folder = new StoreFolder(t);
  const run = await runInjected(folder, fault);
  await assertNothingLost(folder, run.acknowledged, fault);
  return run;
}
