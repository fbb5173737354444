/**
 * An upstream that speaks Anthropic's protocol from static bytes, whatever it is asked: 600 bytes of JSON, or a stream of deltas of 220 bytes.
 * Run as `node bench/programs/messages-process.ts '{"events":101,"intervalMs":20}'`; prints its port.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FastOptions } from '../../src/cli/mock/mock-upstream.ts';

const ANSWER_BYTES = 600;
const DELTA_BYTES = 220;
const { events = 101, intervalMs = 20 } = JSON.parse(process.argv[2] ?? '{}') as FastOptions;

const answer = padded((text) => JSON.stringify(message([{ type: 'text', text }], 'end_turn', 100)), ANSWER_BYTES);
/** What opens a stream comes in one piece, as does what closes it: they are the first and the last of the counted events. */
const first = Buffer.from(
  event('message_start', { message: message([], null, 1) }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
);
const delta = padded((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }), DELTA_BYTES);
const last = Buffer.from(
  event('content_block_stop', { index: 0 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 100 } }) +
    event('message_stop', {}),
);

const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
  let isStream = false;
  request.once('data', (chunk: Buffer) => {
    isStream = chunk.includes('"stream":true');
    request.resume();
  });
  request.once('end', () => {
    if (isStream) return stream(response);
    response.writeHead(200, ['content-type', 'application/json', 'content-length', String(answer.length), 'request-id', 'req_bench']);
    response.end(answer);
  });
});
server.on('connection', (socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});

function stream(response: ServerResponse): void {
  response.writeHead(200, ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache', 'request-id', 'req_bench']);
  response.write(first);
  let sent = 1;
  const timer = setInterval(() => {
    sent += 1;
    if (sent < events) {
      response.write(delta);
      return;
    }
    clearInterval(timer);
    response.end(last);
  }, intervalMs);
  response.once('close', () => clearInterval(timer));
}

function message(content: readonly object[], stopReason: string | null, outputTokens: number): object {
  return {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'bench-model',
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: { input_tokens: 120, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: outputTokens },
  };
}

function event(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function padded(make: (filling: string) => string, bytes: number): Buffer {
  return Buffer.from(make('x'.repeat(bytes - make('').length)), 'latin1');
}
