import type { IncomingMessage, ServerResponse } from 'node:http';

import type { MockScript } from './mock-rule.ts';
import { parseScript } from './parse-script.ts';
import type { RequestLog } from './request-log.ts';

/** What the control paths may do. */
export interface MockControl {
  script(script: MockScript): void;
  reset(): void;
  readonly log: RequestLog;
}

/** Serves `/__mock/script`, `/__mock/requests` and `/__mock/reset`, for a mock upstream in another process. */
export async function handleControl(request: IncomingMessage, response: ServerResponse, control: MockControl): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method === 'GET' && path === '/__mock/requests') {
    const { log } = control;
    send(response, 200, { requests: log.requests, requestCount: log.count, connections: log.connections(), abortedAt: log.abortedAt });
    return;
  }
  if (request.method !== 'POST' || (path !== '/__mock/script' && path !== '/__mock/reset')) {
    send(response, 404, { error: 'The control paths are POST /__mock/script, GET /__mock/requests and POST /__mock/reset.' });
    return;
  }
  const text = await readText(request);
  if (path === '/__mock/reset') {
    control.reset();
    send(response, 200, { ok: true });
    return;
  }
  try {
    control.script(parseScript(JSON.parse(text)));
    send(response, 200, { ok: true });
  } catch (error) {
    send(response, 400, { error: `The script was not taken: ${error instanceof Error ? error.message : String(error)}` });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
