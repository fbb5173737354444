import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface DemoGateway {
  readonly origin: string;
  /** Resolves when the process ends by itself or is stopped. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const LISTENING = /^headgate listening on http:\/\/\S*?:(\d+)\s*$/m;
const START_TIMEOUT_MS = 20_000;

/** Starts this program's `serve` in a directory of its own. Rejects with the end of its log when it does not listen. */
export async function startDemoGateway(directory: string, configPath: string, port: number): Promise<DemoGateway> {
  const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
  // A packed executable holds the program in itself.
  const program = existsSync(main) ? [main, 'serve'] : ['serve'];
  const child = spawn(process.execPath, program, {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, PORT: String(port), DATA_DIR: `${directory}/data`, CONFIG_FILE: configPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void ended.then(() => process.off('exit', killAtExit));
  let log = '';
  child.stderr.on('data', (part: Buffer) => {
    log = (log + part.toString('utf8')).slice(-2000);
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  };
  const found = await new Promise<string | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), START_TIMEOUT_MS);
    let text = '';
    child.once('error', () => resolve(null));
    void ended.then(() => resolve(null));
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      const match = LISTENING.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] ?? null);
    });
  });
  if (found === null) {
    child.kill('SIGKILL');
    throw new Error(`The gateway of the demo did not start. The end of its log:\n${log}`);
  }
  return { origin: `http://127.0.0.1:${found}`, ended, stop };
}
