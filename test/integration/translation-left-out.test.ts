import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { MockedGateway } from '../support/mocked-gateway.ts';
import { readLedger } from '../support/read-ledger.ts';
import { waitFor } from '../support/wait-for.ts';

const IMAGE = { inlineData: { mimeType: 'image/png', data: 'aGFyYm91cg==' } };
const ANSWERS: Readonly<Record<string, { readonly answer: object; readonly left: string }>> = {
  'gemini-generate': {
    answer: { candidates: [{ content: { role: 'model', parts: [{ text: 'Look: ' }, IMAGE] }, finishReason: 'STOP', index: 0 }] },
    left: 'answer.inlineData',
  },
  'anthropic-messages': {
    answer: {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      model: 'm',
      content: [
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'text', text: 'Look: ' },
      ],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    left: 'answer.server_tool_use',
  },
  'openai-responses': {
    answer: {
      object: 'response',
      id: 'resp_1',
      status: 'completed',
      model: 'm',
      output: [
        { type: 'image_generation_call', id: 'ig_1', result: 'aGFyYm91cg==' },
        { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Look: ', annotations: [] }] },
      ],
    },
    left: 'answer.image_generation_call',
  },
};

let world: MockedGateway;

before(async () => {
  world = await MockedGateway.start({
    providers: Object.keys(ANSWERS).map((protocol) => ({
      id: protocol,
      speaks: [protocol],
      models: [protocol],
      keys: [`sk-${protocol}-0123456789`],
    })),
    settings: { maxWaitMs: 0 },
  });
});
after(() => world.close());

for (const [protocol, { answer, left }] of Object.entries(ANSWERS)) {
  test(`${protocol}: what an answer holds and the client cannot be told is named in the header and in the record`, async () => {
    world.script({ rules: [{ body: answer }] });
    const told = await world.chat(protocol);
    assert.equal(told.status, 200);
    assert.equal((told.json() as { choices: { message: { content: string } }[] }).choices[0]?.message.content, 'Look: ');
    assert.equal(told.headers['x-headgate-dropped'], left);
    const row = await waitFor('the row', () => readLedger(world.gateway.dataDir).find(({ id }) => id === told.headers['x-request-id']), {
      timeoutMs: 20_000,
    });
    assert.match(JSON.stringify(row['attempts']), new RegExp(`"dropped":\\["${left}"\\]`));
  });
}

test('of a streamed answer the record names it, because the header has gone out', async () => {
  const frame = (parts: readonly object[], rest: object = {}): string =>
    `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }] })}\r\n\r\n`;
  world.script({ rules: [{ raw: [frame([{ text: 'Look: ' }]), frame([IMAGE]), frame([{ text: '' }], { finishReason: 'STOP' })] }] });
  const told = await world.streamChat('gemini-generate');
  await Array.fromAsync(told.events);
  const row = await waitFor('the row', () => readLedger(world.gateway.dataDir).find(({ id }) => id === told.headers['x-request-id']), {
    timeoutMs: 20_000,
  });
  assert.match(JSON.stringify(row['attempts']), /"dropped":\["answer\.inlineData"\]/);
});
