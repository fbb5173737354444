import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FastOptions } from './mock-upstream.ts';

const ANSWER_BYTES = 600;
const EVENT_BYTES = 220;

/** Answers load: a static JSON body, or a stream of equal events at a fixed pace. Looks only at the first piece of the body. */
export function createFastPath(options: FastOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = staticAnswer();
  const headers = ['content-type', 'application/json', 'content-length', String(answer.length), 'x-request-id', 'req_fast'];
  const streamHeaders = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache', 'x-request-id', 'req_fast'];
  const events = options.events ?? 101;
  const intervalMs = options.intervalMs ?? 20;
  const event = contentEvent();
  const usageEvent = lastEvents();
  return (request, response) => {
    let isStream = false;
    request.once('data', (chunk: Buffer) => {
      isStream = chunk.includes('"stream":true') || chunk.includes('"stream": true');
      request.resume();
    });
    request.once('end', () => {
      if (!isStream) {
        response.writeHead(200, headers);
        response.end(answer);
        return;
      }
      response.writeHead(200, streamHeaders);
      pace(response, events, intervalMs, event, usageEvent);
    });
  };
}

function pace(response: ServerResponse, events: number, intervalMs: number, event: Buffer, last: Buffer): void {
  let sent = 1;
  response.write(event);
  const timer = setInterval(() => {
    sent += 1;
    if (sent < events) {
      response.write(event);
      return;
    }
    clearInterval(timer);
    response.end(last);
  }, intervalMs);
  response.once('close', () => clearInterval(timer));
}

/** A chat completion of exactly 600 bytes. */
function staticAnswer(): Buffer {
  const body = (content: string): string =>
    JSON.stringify({
      id: 'chatcmpl-fast',
      object: 'chat.completion',
      created: 1_795_000_000,
      model: 'bench-model',
      choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: usage(),
      system_fingerprint: 'fp_mock',
    });
  return padded(body, ANSWER_BYTES);
}

/** A chunk of a chat stream of exactly 220 bytes, blank line included. */
function contentEvent(): Buffer {
  return padded((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }], null), EVENT_BYTES);
}

/** Finish, usage and end mark, in one write as vendors send them; the last of the counted events. */
function lastEvents(): Buffer {
  const finish = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], null);
  return Buffer.from(`${finish}${chunk([], usage())}data: [DONE]\n\n`, 'latin1');
}

function chunk(choices: readonly object[], counts: object | null): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-fast', object: 'chat.completion.chunk', created: 1_795_000_000, model: 'bench-model', choices, usage: counts })}\n\n`;
}

function usage(): object {
  return {
    prompt_tokens: 120,
    completion_tokens: 100,
    total_tokens: 220,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

function padded(make: (filling: string) => string, bytes: number): Buffer {
  return Buffer.from(make('x'.repeat(bytes - make('').length)), 'latin1');
}
