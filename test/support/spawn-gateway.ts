import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/headgate.mjs', import.meta.url));
const LISTENING = /^headgate listening on http:\/\/[^\s]*:(\d+)\s*$/m;

export interface SpawnOptions {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly nodeFlags: readonly string[];
  /** A program that takes the command line behind its own and becomes it, as `prlimit --nofile=256`. */
  readonly under: readonly string[];
  readonly timeoutMs: number;
  /** Collects what the process prints, over several starts. */
  readonly output: { stdout: string; stderr: string };
}

export interface GatewayProcess {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to its listening line. */
  readonly startMs: number;
  /** Sends the signal if the process still runs and waits for its end; SIGKILL after the timeout. Gives the exit code. */
  end(signal: NodeJS.Signals, timeoutMs: number): Promise<number | null>;
}

/** Runs `serve` and resolves with the port it prints. */
export function spawnGateway(options: SpawnOptions): Promise<GatewayProcess> {
  const startedAt = performance.now();
  const offset = options.output.stdout.length;
  const [program, ...args] = [...options.under, process.execPath, ...options.nodeFlags, PROGRAM, 'serve'];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not 'exit': its output must be complete when a test reads it.
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // A test process that dies must not leave the gateway behind.
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void exited.then(() => process.off('exit', killAtExit));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    options.output.stderr += text;
  });
  const end: GatewayProcess['end'] = async (signal, timeoutMs) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const code = await exited;
    clearTimeout(timer);
    return code;
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`The gateway ${why}.\nstdout: ${options.output.stdout.slice(offset)}\nstderr: ${options.output.stderr.slice(-4000)}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${options.timeoutMs} ms`), options.timeoutMs);
    child.once('error', (error) => fail(`could not be run: ${error.message}`));
    void exited.then((code) => {
      clearTimeout(timer);
      fail(`ended with code ${String(code)} before it listened`);
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      options.output.stdout += text;
      const match = LISTENING.exec(options.output.stdout.slice(offset));
      if (match === null) return;
      clearTimeout(timer);
      resolve({ pid: child.pid ?? 0, port: Number(match[1]), startMs: performance.now() - startedAt, end });
    });
  });
}
