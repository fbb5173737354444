import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../domain/gateway-error.ts';
import { PROTOCOLS } from './registry.ts';

const ASKED = {
  'openai-chat': { messages: [{ role: 'user', content: 'x' }] },
  'openai-completions': { prompt: 'x' },
  'openai-responses': { input: 'x' },
  'anthropic-messages': { max_tokens: 5, messages: [{ role: 'user', content: 'x' }] },
} as const;

for (const [protocol, body] of Object.entries(ASKED)) {
  test(`${protocol}: a "stream" that is no boolean is refused by its name, true, false and null are taken`, () => {
    const decode = (stream: unknown): unknown =>
      PROTOCOLS[protocol as keyof typeof ASKED].text?.decodeRequest({ model: 'm', ...body, stream }, { model: 'm', stream: stream === true });
    for (const stream of [true, false, null]) assert.ok(decode(stream) !== undefined);
    for (const stream of ['yes', 1, {}]) {
      assert.throws(
        () => decode(stream),
        (error) => error instanceof GatewayError && error.code === 'invalid_request' && error.param === 'stream',
      );
    }
  });
}
