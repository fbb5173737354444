import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findClosedPort } from '../test/support/find-closed-port.ts';
import { waitFor } from '../test/support/wait-for.ts';
import type { BenchScale } from './bench-row.ts';
import { runLoad } from './child-program.ts';
import type { LoadJob } from './load/load-job.ts';
import { processorMicros } from './processor-time.ts';

/** Processor time that nginx as a reverse proxy takes for an answer, in µs; null when it is not installed. */
export async function measureNginx(mockPort: number, scale: BenchScale, jobOf: (port: number, isWarmUp: boolean) => LoadJob): Promise<number | null> {
  if (!isInstalled()) return null;
  const directory = mkdtempSync(join(tmpdir(), 'headgate-nginx-'));
  const port = await findClosedPort();
  const configPath = join(directory, 'nginx.conf');
  writeFileSync(configPath, configText(directory, port, mockPort));
  const child = spawn('nginx', ['-e', join(directory, 'error.log'), '-p', directory, '-c', configPath], { stdio: 'ignore' });
  try {
    await waitFor('nginx to listen', () => isListening(port));
    const pid = child.pid ?? 0;
    await runLoad(jobOf(port, true));
    const before = processorMicros(pid, scale.ticksPerSecond);
    const result = await runLoad(jobOf(port, false));
    return (processorMicros(pid, scale.ticksPerSecond) - before) / result.answers;
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function isInstalled(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** One process, so that its processor time is one figure; connections to the upstream are kept. */
function configText(directory: string, port: number, mockPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${directory}/${name};`).join('\n');
  return `daemon off;
master_process off;
pid ${directory}/pid;
events { worker_connections 4096; }
http {
  access_log off;
${temporary}
  keepalive_requests 1000000000;
  upstream mock { server 127.0.0.1:${mockPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
