/**
 * The floor: the least that a proxy in this language can do. Bytes only, no parsing, no accounting.
 * Run as `node bench/programs/floor-proxy.ts UPSTREAM_ORIGIN`; prints its port.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'undici';
import type { Dispatcher } from 'undici';

const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'date', 'content-length']);
const DROPPED_LENGTHS = new Set([4, 10, 14, 17]);

const upstream = process.argv[2];
if (upstream === undefined) throw new Error('The floor proxy needs the origin of its upstream.');
const pool = new Pool(upstream, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => forward(request, response, parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts)));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer | null): void {
  let controllerOf: Dispatcher.DispatchController | null = null;
  response.once('close', () => {
    if (!response.writableFinished) controllerOf?.abort(new Error('The client left.'));
  });
  pool.dispatch(
    { method: 'POST', path: request.url ?? '/', headers: kept(request.rawHeaders), body },
    {
      onRequestStart: (controller) => {
        controllerOf = controller;
      },
      onResponseStart: (controller, status) => {
        response.writeHead(status, kept(controller.rawHeaders as readonly Buffer[], true));
      },
      onResponseData: (controller, part) => {
        if (response.write(part)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd: () => response.end(),
      onResponseError: () => response.destroy(),
    },
  );
}

function kept(raw: readonly (Buffer | string)[], isAnswer = false): string[] {
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = textOf(raw[index]);
    // Lengths first: most names need no look at all.
    if (DROPPED_LENGTHS.has(name.length) && DROPPED.has(name.toLowerCase()) && !(isAnswer && name.length === 14)) continue;
    headers.push(name, textOf(raw[index + 1]));
  }
  return headers;
}

function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}
