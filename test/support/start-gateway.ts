import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { spawnGateway } from './spawn-gateway.ts';
import type { GatewayProcess } from './spawn-gateway.ts';

export interface GatewayOptions {
  /** YAML text, or an object that is written as JSON (which is YAML). Absent: no CONFIG_FILE. */
  readonly config?: string | object;
  /** Added to a minimal environment; nothing of ours is inherited but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory of its own when absent, removed by `dispose`. */
  readonly dataDir?: string;
  /** The working directory; a fresh one when absent. */
  readonly cwd?: string;
  /** 15 s when absent. */
  readonly startTimeoutMs?: number;
  /** Flags for Node itself, before the program. */
  readonly nodeFlags?: readonly string[];
  /** A program that takes the command line behind its own and becomes it, as `prlimit --nofile=256`. */
  readonly under?: readonly string[];
}

export interface Gateway {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly configPath: string;
  /** How long the latest start took until it listened. */
  startMs(): number;
  /** Everything printed since the first start. */
  stdout(): string;
  stderr(): string;
  /** Replaces the configuration file in one step, as an editor does. */
  writeConfig(config: string | object): void;
  /** SIGTERM, then waits; gives the exit code, null when a signal ended it. SIGKILL after `timeoutMs` (20 s). */
  stop(timeoutMs?: number): Promise<number | null>;
  /** SIGKILL; the data stays. */
  kill9(): Promise<void>;
  /** Stops if it runs, then starts on the same port and data. */
  restart(): Promise<void>;
  /** Kills it and removes what was made for it. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs the real program in a child process and waits until it listens. Rejects with its output when it ends before. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const home = mkdtempSync(join(tmpdir(), 'headgate-test-'));
  const dataDir = options.dataDir ?? join(home, 'data');
  const configPath = join(home, 'headgate-test.yaml');
  const writeConfig = (config: string | object): void => {
    writeFileSync(`${configPath}.new`, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
    renameSync(`${configPath}.new`, configPath);
  };
  if (options.config !== undefined) writeConfig(options.config);
  const environment = (port: number): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: process.env['TMPDIR'] ?? tmpdir(),
    PORT: String(port),
    DATA_DIR: dataDir,
    ...(options.config === undefined ? {} : { CONFIG_FILE: configPath }),
    ...options.env,
  });
  const output = { stdout: '', stderr: '' };
  const spawnAt = (port: number): Promise<GatewayProcess> =>
    spawnGateway({
      env: environment(port),
      cwd: options.cwd ?? home,
      nodeFlags: options.nodeFlags ?? [],
      under: options.under ?? [],
      timeoutMs: options.startTimeoutMs ?? 15_000,
      output,
    });
  let running = await spawnAt(Number(options.env?.['PORT'] ?? 0)).catch((error: unknown) => {
    rmSync(home, { recursive: true, force: true });
    throw error;
  });
  const { port } = running;
  const dispose = async (): Promise<void> => {
    await running.end('SIGKILL', 5000);
    rmSync(home, { recursive: true, force: true });
  };
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    dataDir,
    configPath,
    get pid() {
      return running.pid;
    },
    startMs: () => running.startMs,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    writeConfig,
    stop: (timeoutMs = 20_000) => running.end('SIGTERM', timeoutMs),
    kill9: async () => {
      await running.end('SIGKILL', 5000);
    },
    restart: async () => {
      await running.end('SIGTERM', 20_000);
      running = await spawnAt(port);
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
