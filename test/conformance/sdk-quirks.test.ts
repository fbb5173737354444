import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';
import { ApiError } from '@google/genai';
import OpenAI from 'openai';
import { FourUpstreams } from '../support/four-upstreams.ts';
import { TESTER_KEY } from '../support/mocked-gateway.ts';
import { FailedResponse, sdkStreams } from '../support/sdk-answers.ts';
import type { AskStream, SeenAnswer } from '../support/sdk-answers.ts';
import { BREAKS, QUIRKS } from '../support/stream-quirks.ts';

const CLIENTS = ['chat', 'responses', 'anthropic', 'gemini'] as const;
type Client = (typeof CLIENTS)[number];

const STOPS = {
  end: { chat: 'stop', responses: 'completed', anthropic: 'end_turn', gemini: 'STOP' },
  calls: { chat: 'tool_calls', responses: 'completed', anthropic: 'tool_use', gemini: 'STOP' },
  length: { chat: 'length', responses: 'max_output_tokens', anthropic: 'max_tokens', gemini: 'MAX_TOKENS' },
  filter: { chat: 'content_filter', responses: 'content_filter', anthropic: 'refusal', gemini: 'SAFETY' },
} as const;

/** What a program catches. */
const ERRORS = {
  chat: [OpenAI.APIError],
  responses: [OpenAI.APIError, FailedResponse],
  anthropic: [Anthropic.APIError],
  gemini: [ApiError],
} as const;

let upstreams: FourUpstreams;
let clients: Readonly<Record<Client, AskStream>>;

before(async () => {
  upstreams = await FourUpstreams.start();
  clients = sdkStreams(upstreams.origin, TESTER_KEY);
});
after(() => upstreams.close());

for (const { what, upstream, rule, seen, stop } of QUIRKS) {
  for (const client of CLIENTS) {
    if (speaksSame(client, upstream)) continue;
    test(`${client} ${upstream}: ${what}`, async () => {
      upstreams.script(rule);
      const answer = await clients[client](upstream);
      for (const [name, value] of Object.entries(seen)) assert.deepEqual(answer[name as keyof SeenAnswer], value, name);
      assert.equal(answer.stop, STOPS[stop][client]);
    });
  }
}

for (const { what, upstream, rule } of BREAKS) {
  for (const client of CLIENTS) {
    test(`${client} ${upstream}: ${what}: the client throws`, async () => {
      upstreams.script(rule);
      await assert.rejects(clients[client](upstream), (error) => {
        assert.ok(
          ERRORS[client].some((kind) => error instanceof kind),
          String(error),
        );
        return true;
      });
    });
  }
}

function speaksSame(client: Client, upstream: string): boolean {
  return upstream.endsWith(client);
}
