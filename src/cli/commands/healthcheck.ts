import { get } from 'node:http';
import { parseArgs } from 'node:util';
import { readStart, sentenceOf } from '../read-start.ts';

const TIMEOUT_MS = 5000;

/** Asks a gateway on this machine whether it is ready. Exit code 0: it is. */
export async function run(argv: readonly string[]): Promise<number> {
  let url: string;
  try {
    const { values } = parseArgs({ args: [...argv], options: { url: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) {
      process.stdout.write('headgate healthcheck [--url http://127.0.0.1:8787]: exit 0 when the gateway is ready\n');
      return 0;
    }
    const { host, port } = readStart().bootstrap;
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
    url = `${values.url ?? `http://${reachable}:${port}`}/health/ready`;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 2;
  }
  const answer = await ask(url);
  process.stdout.write(`${answer.text}\n`);
  return answer.isReady ? 0 : 1;
}

function ask(url: string): Promise<{ readonly isReady: boolean; readonly text: string }> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ isReady: response.statusCode === 200, text: Buffer.concat(chunks).toString('utf8') }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve({ isReady: false, text: `${url}: ${error.message}` }));
  });
}
