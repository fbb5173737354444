import assert from 'node:assert/strict';

import type { MockRule, MockToolCall } from '../../src/cli/mock/mock-rule.ts';
import type { RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import { MockedGateway } from './mocked-gateway.ts';
import type { ProviderPlan } from './mocked-gateway.ts';

/** Public names of models, each behind a provider that speaks one protocol only. */
export const UPSTREAMS = ['on-chat', 'on-responses', 'on-anthropic', 'on-gemini'] as const;
export type UpstreamName = (typeof UPSTREAMS)[number];

export const TEXT = 'Hello from the mock upstream.';
/** What every tool loop asks for at once. */
export const CALLS: readonly [MockToolCall, MockToolCall] = [
  { name: 'weather', arguments: { city: 'Zürich' } },
  { name: 'local_time', arguments: { city: 'Rome', format: '24h' } },
];
export const RESULTS = { weather: 'sunny, 21 °C', local_time: '12:30' } as const;
export const FINAL_TEXT = 'It is sunny in Zürich, and half past twelve in Rome.';

/** Names that the packages of the AI SDK know the abilities of. */
const KNOWN_NAMES = ['gpt-5.1', 'claude-sonnet-4-5', 'gemini-3-pro-preview'];

export const LIMITED = Array.from({ length: 5 }, (_, index) => `limited-${index}`);

const PROVIDERS: readonly ProviderPlan[] = [
  provider('on-chat', 'openai-chat', 'gpt-4.1'),
  provider('on-responses', 'openai-responses', 'gpt-5.1'),
  provider('on-anthropic', 'anthropic-messages', 'claude-sonnet-4-5'),
  provider('on-gemini', 'gemini-generate', 'gemini-3-pro-preview'),
  // Thinks aloud in `reasoning_content`, which OpenAI's own models do not.
  provider('on-thinking-chat', 'openai-chat', 'qwen3-max'),
  // Each for one refusal that rests its key for long.
  ...LIMITED.map((name) => provider(name, 'openai-chat', 'gpt-4o')),
  provider('embeds', 'openai-embeddings', 'text-embedding-3-small'),
  provider('embeds-gemini', 'gemini-generate', 'gemini-embedding-001'),
];

/** A provider of the same name as its public model, which has more names for clients that look at the name before they ask. */
function provider(name: string, protocol: string, upstream: string): ProviderPlan {
  const names = [name, ...KNOWN_NAMES.map((known) => `${known}-${name}`)];
  return { id: name, speaks: [protocol], models: names.map((each) => ({ name: each, upstream })), keys: [`sk-${name}-12345`] };
}

/** The real program before upstreams that refuse what their vendors refuse. */
export class FourUpstreams {
  readonly world: MockedGateway;

  private constructor(world: MockedGateway) {
    this.world = world;
  }

  static async start(): Promise<FourUpstreams> {
    return new FourUpstreams(await MockedGateway.start({ providers: PROVIDERS, settings: { maxWaitMs: 0 } }));
  }

  get origin(): string {
    return this.world.origin;
  }

  /** Forgets what was received and plays these rules, under the vendors' checks. */
  script(...rules: readonly MockRule[]): void {
    this.world.mock.reset();
    this.world.script({ strict: true, rules });
  }

  /** The first request is answered with calls (and words before them), the later ones with text. */
  scriptToolLoop(answer: Pick<MockRule, 'thinking' | 'text'> = {}): void {
    this.script({ times: 1, toolCalls: CALLS, ...answer }, { ...answer, text: FINAL_TEXT });
  }

  received(name: string): readonly RecordedRequest[] {
    return this.world.received(name);
  }

  /** The body of the latest request to a provider. */
  lastBody(name: string): Record<string, unknown> {
    const { refusal, text } = this.received(name).at(-1) ?? { refusal: null, text: null };
    assert.equal(refusal, null);
    return JSON.parse(text ?? 'null') as Record<string, unknown>;
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
