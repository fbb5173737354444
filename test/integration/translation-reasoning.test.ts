import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { STATE_TAG, STATE_TAG_BASE64 } from '../../src/domain/canonical/opaque-state.ts';
import type { ClientAnswer } from '../support/http-client.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { pick, pickList } from '../support/pick.ts';

const THOUGHT = 'First the weather, then the answer: “ça va”.';
const RESULT = 'sunny, 21 °C';
/** What only its vendor can read, with signs that any careless copy would change. */
const STATES = {
  anthropic: 'EqQBCkgIAxABGAIiQL+/sig==',
  openai: 'gAAAAABn-sealed_thought==',
  gemini: 'CiQB0e+/signature/of/gemini==',
} as const;

type Vendor = keyof typeof STATES;
const VENDORS = Object.keys(STATES) as Vendor[];
const SPEAKS = { anthropic: 'anthropic-messages', openai: 'openai-responses', gemini: 'gemini-generate', chat: 'openai-chat' } as const;
type Upstream = keyof typeof SPEAKS;
const UPSTREAMS = Object.keys(SPEAKS) as Upstream[];

const USAGE = { input_tokens: 5, output_tokens: 5, total_tokens: 10 };
/** A thought that its vendor signed or sealed, and a call of a tool. */
const FIRST_ANSWERS: Readonly<Record<Vendor, object>> = {
  anthropic: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'up',
    content: [
      { type: 'thinking', thinking: THOUGHT, signature: STATES.anthropic },
      { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 5 },
  },
  openai: {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'up',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: THOUGHT }], encrypted_content: STATES.openai },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}', status: 'completed' },
    ],
    usage: USAGE,
  },
  gemini: {
    candidates: [
      {
        index: 0,
        finishReason: 'STOP',
        content: {
          role: 'model',
          parts: [
            { text: THOUGHT, thought: true },
            { functionCall: { name: 'weather', args: { city: 'Rome' } }, thoughtSignature: STATES.gemini },
          ],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 5, totalTokenCount: 10 },
  },
};

/** A client that asks twice: with its question, and with everything that came back and the tool's result behind it. */
interface Client {
  readonly path: (model: string) => string;
  readonly first: (model: string) => object;
  readonly second: (model: string, answer: unknown) => object;
}

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const ASKS = { role: 'user', content: 'What is the weather in Rome?' };

const CLIENTS: Readonly<Record<Upstream, Client>> = {
  chat: {
    path: () => '/v1/chat/completions',
    first: (model) => ({ model, messages: [ASKS], tools: [{ type: 'function', function: { name: 'weather', parameters: SCHEMA } }] }),
    second(model, answer) {
      const message = pick(answer, 'choices', 0, 'message');
      const result = { role: 'tool', tool_call_id: pick(message, 'tool_calls', 0, 'id'), content: RESULT };
      return { ...this.first(model), messages: [ASKS, message, result] };
    },
  },
  openai: {
    path: () => '/v1/responses',
    first: (model) => ({ model, input: [ASKS], store: false, tools: [{ type: 'function', name: 'weather', parameters: SCHEMA, strict: false }] }),
    second(model, answer) {
      const output = pickList(answer, 'output');
      const call = output.find((item) => pick(item, 'type') === 'function_call');
      const result = { type: 'function_call_output', call_id: pick(call, 'call_id'), output: RESULT };
      return { ...this.first(model), input: [ASKS, ...output, result] };
    },
  },
  anthropic: {
    path: () => '/v1/messages',
    first: (model) => ({ model, max_tokens: 4000, messages: [ASKS], tools: [{ name: 'weather', input_schema: SCHEMA }] }),
    second(model, answer) {
      const content = pickList(answer, 'content');
      const call = content.find((block) => pick(block, 'type') === 'tool_use');
      const result = { type: 'tool_result', tool_use_id: pick(call, 'id'), content: RESULT };
      const messages = [ASKS, { role: 'assistant', content }, { role: 'user', content: [result] }];
      return { ...this.first(model), messages };
    },
  },
  gemini: {
    path: (model) => `/v1beta/models/${model}:generateContent`,
    first: () => ({
      contents: [{ role: 'user', parts: [{ text: ASKS.content }] }],
      tools: [{ functionDeclarations: [{ name: 'weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } }] }],
    }),
    second(model, answer) {
      const content = pick(answer, 'candidates', 0, 'content');
      const result = { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: RESULT } } }] };
      return { ...this.first(model), contents: [...pickList(this.first(model), 'contents'), content, result] };
    },
  },
};

let world: MockedGateway;

before(async () => {
  const providers = UPSTREAMS.map((id) => {
    // A chat server of unknown make may be one of Google's; OpenAI's own is not.
    const preset = id === 'chat' ? 'openai' : 'custom';
    return { id, preset, speaks: [SPEAKS[id]], models: [`on-${id}`], keys: [`sk-${id}-0123456789`] };
  });
  world = await MockedGateway.start({ providers });
  // What the tool answered stands in every second turn.
  const rules = VENDORS.map((vendor) => ({ match: { path: `^/${vendor}/` }, body: FIRST_ANSWERS[vendor] }));
  world.script({ rules });
});
after(() => world.close());

async function ask(client: Client, model: string, body: object): Promise<ClientAnswer> {
  const answer = await world.send(client.path(model), { body });
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

function lastText(upstream: Upstream): string {
  return world.received(upstream).at(-1)?.text ?? assert.fail(`${upstream} was not asked`);
}

/** What the vendor finds in its own place of its own second turn. */
function restored(vendor: Vendor): unknown {
  const body = JSON.parse(lastText(vendor)) as unknown;
  switch (vendor) {
    case 'anthropic':
      return pickList(body, 'messages', 1, 'content')[0];
    case 'openai':
      return pickList(body, 'input').find((item) => pick(item, 'type') === 'reasoning');
    case 'gemini':
      return pickList(body, 'contents', 1, 'parts').find((part) => pick(part, 'functionCall') !== undefined);
  }
}

const RESTORED: Readonly<Record<Vendor, object>> = {
  anthropic: { type: 'thinking', thinking: THOUGHT, signature: STATES.anthropic },
  openai: { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: THOUGHT }], encrypted_content: STATES.openai },
  gemini: { functionCall: { name: 'weather', args: { city: 'Rome' } }, thoughtSignature: STATES.gemini },
};

function assertNoState(text: string, vendor: Vendor): void {
  const wrapped = Buffer.from(STATES[vendor]).toString('base64url');
  for (const sign of [STATES[vendor], STATE_TAG, STATE_TAG_BASE64, 'headgate-1', wrapped.slice(0, -2)])
    assert.ok(!text.includes(sign), `${sign} in ${text}`);
  assert.ok(text.includes(JSON.stringify(RESULT).slice(1, -1)), 'the turn itself is there');
}

for (const [name, client] of Object.entries(CLIENTS)) {
  for (const vendor of VENDORS) {
    test(`${name} client: what ${vendor} signed comes back to it letter by letter, and to nobody else`, async () => {
      const answer = (await ask(client, `on-${vendor}`, client.first(`on-${vendor}`))).json();
      await ask(client, `on-${vendor}`, client.second(`on-${vendor}`, answer));
      const found = restored(vendor) as Readonly<Record<string, unknown>>;
      for (const [member, value] of Object.entries(RESTORED[vendor])) {
        // A sealed thought is whole without the words that were shown of it, which a client of Gemini's sends back beside it.
        if (member === 'summary' && name === 'gemini') continue;
        if (member === 'functionCall') assert.deepEqual(pick(found[member], 'args'), { city: 'Rome' });
        else assert.deepEqual(found[member], value, member);
      }
      for (const other of UPSTREAMS.filter((each) => each !== vendor)) {
        const second = await ask(client, `on-${other}`, client.second(`on-${other}`, answer));
        assertNoState(lastText(other), vendor);
        // Where the protocols are equal bytes pass, and nothing is said to be dropped.
        const isNative = name === other;
        assert.equal(second.headers['x-headgate-dropped'] === undefined, isNative, `${other}: ${String(second.headers['x-headgate-dropped'])}`);
      }
    });
  }
}

const isForeign = (state: unknown): boolean => [STATE_TAG, STATE_TAG_BASE64].some((tag) => String(state).startsWith(tag));

/** The body as it should go on: what carries foreign state is gone, and nothing else. */
function expectedOf(name: Upstream, body: object): unknown {
  const copy = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
  switch (name) {
    case 'openai':
      return { ...copy, input: pickList(copy, 'input').filter((item) => !isForeign(pick(item, 'encrypted_content'))) };
    case 'anthropic':
      return withParts(copy, 'messages', 'content', (block) => (isForeign(pick(block, 'signature')) ? [] : [block]));
    case 'gemini':
      return withParts(copy, 'contents', 'parts', (part) => {
        if (!isForeign(pick(part, 'thoughtSignature'))) return [part];
        // Gemini 3 refuses a call without a signature, and has a word for one that was lost.
        const isCall = pick(part, 'functionCall') !== undefined;
        return isCall ? [{ ...(part as object), thoughtSignature: 'skip_thought_signature_validator' }] : [];
      });
    case 'chat':
      for (const message of pickList(copy, 'messages') as Record<string, unknown>[]) {
        delete message['reasoning_details'];
        for (const call of pickList(message, 'tool_calls') as Record<string, unknown>[]) delete call['extra_content'];
      }
      return copy;
  }
}

function withParts(body: Record<string, unknown>, turns: string, member: string, clean: (part: unknown) => readonly unknown[]): object {
  const cleaned = pickList(body, turns).map((turn) => {
    const parts = pick(turn, member);
    return Array.isArray(parts) ? { ...(turn as object), [member]: parts.flatMap(clean) } : turn;
  });
  return { ...body, [turns]: cleaned };
}

for (const name of UPSTREAMS) {
  for (const vendor of VENDORS.filter((each) => each !== name)) {
    test(`${name} client: behind a turn that ${vendor} served, its own upstream gets the conversation unchanged but for the foreign state`, async () => {
      const client = CLIENTS[name];
      const answer = (await ask(client, `on-${vendor}`, client.first(`on-${vendor}`))).json();
      const body = client.second(`on-${name}`, answer);
      // Numbers and members that no parser of ours knows must survive.
      const sent = { ...body, odd: { 'é"\\': [1e2, null, { deep: [[]] }] } };
      await ask(client, `on-${name}`, sent);
      const text = lastText(name);
      assertNoState(text, vendor);
      assert.deepEqual(JSON.parse(text), expectedOf(name, sent));
    });
  }
}
