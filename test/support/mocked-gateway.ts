import type { MockScript } from '../../src/cli/mock/mock-rule.ts';
import type { MockUpstream, RecordedRequest } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { open, send } from './http-client.ts';
import type { ClientAnswer, ClientRequest, OpenAnswer } from './http-client.ts';
import { startGateway } from './start-gateway.ts';
import type { Gateway, GatewayOptions } from './start-gateway.ts';

/** The secret of the virtual key `tester`, which may do everything. */
export const TESTER_KEY = 'hg-tester-0f1e2d3c4b5a';

/** A provider of the configuration; its base URLs are filled in: the mock upstream under `/{id}`. */
export interface ProviderPlan {
  readonly id: string;
  /** Protocols that get a base URL; all when absent. */
  readonly speaks?: readonly string[];
  readonly [field: string]: unknown;
}

export interface MockedGatewayOptions extends Omit<GatewayOptions, 'config'> {
  readonly providers: readonly ProviderPlan[];
  /** Beside `tester`. */
  readonly virtualKeys?: readonly object[];
  readonly settings?: object;
}

/** What a request of a test adds to the usual one. */
export interface CallExtra extends Partial<Omit<ClientRequest, 'url'>> {
  /** Null: send none. */
  readonly key?: string | null;
}

/** The real program before one scripted mock upstream, in which each provider has a base path of its own. */
export class MockedGateway {
  readonly gateway: Gateway;
  readonly mock: MockUpstream;
  readonly #options: MockedGatewayOptions;

  private constructor(gateway: Gateway, mock: MockUpstream, options: MockedGatewayOptions) {
    this.gateway = gateway;
    this.mock = mock;
    this.#options = options;
  }

  static async start(options: MockedGatewayOptions): Promise<MockedGateway> {
    const { providers: _providers, virtualKeys: _keys, settings: _settings, ...rest } = options;
    const mock = await startMockUpstream();
    try {
      return new MockedGateway(await startGateway({ ...rest, config: configOf(mock, options) }), mock, options);
    } catch (error) {
      await mock.close();
      throw error;
    }
  }

  get origin(): string {
    return this.gateway.origin;
  }

  script(script: MockScript): void {
    this.mock.script(script);
  }

  /** The configuration with parts replaced, for a hot reload. */
  config(changes: Partial<MockedGatewayOptions> = {}): object {
    return configOf(this.mock, { ...this.#options, ...changes });
  }

  /** What the provider's address received, in order. */
  received(provider: string): readonly RecordedRequest[] {
    return this.mock.requests.filter((request) => request.url.startsWith(`/${provider}/`));
  }

  /** Any request to the gateway, with the tester's credential unless `key` says otherwise. */
  send(path: string, extra: CallExtra = {}): Promise<ClientAnswer> {
    return send(this.#request(path, extra));
  }

  open(path: string, extra: CallExtra = {}): Promise<OpenAnswer> {
    return open(this.#request(path, extra));
  }

  chat(model: string, extra: CallExtra = {}): Promise<ClientAnswer> {
    return this.send('/v1/chat/completions', { body: chatBody(model), ...extra });
  }

  streamChat(model: string, extra: CallExtra = {}): Promise<OpenAnswer> {
    return this.open('/v1/chat/completions', { body: { ...chatBody(model), stream: true }, ...extra });
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.dispose(), this.mock.close()]);
  }

  #request(path: string, extra: CallExtra): ClientRequest {
    const { key = TESTER_KEY, headers, ...rest } = extra;
    return { url: `${this.gateway.origin}${path}`, headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers }, ...rest };
  }
}

/** The smallest chat request. */
export function chatBody(model: string): { readonly model: string; readonly messages: readonly object[] } {
  return { model, messages: [{ role: 'user', content: 'Hello' }] };
}

function configOf(mock: MockUpstream, options: MockedGatewayOptions): object {
  return {
    providers: options.providers.map((plan) => (plan['kind'] === 'rest' ? restProvider(mock, plan) : llmProvider(mock, plan))),
    virtualKeys: [{ id: 'tester', secret: TESTER_KEY }, ...(options.virtualKeys ?? [])],
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  };
}

function llmProvider(mock: MockUpstream, plan: ProviderPlan): object {
  const base = `${mock.origin}/${plan.id}`;
  const all = {
    'openai-chat': `${base}/v1`,
    'openai-responses': `${base}/v1`,
    'openai-completions': `${base}/v1`,
    'openai-embeddings': `${base}/v1`,
    'anthropic-messages': `${base}/v1`,
    'gemini-generate': `${base}/v1beta`,
  };
  const { speaks, ...fields } = plan;
  const protocols = speaks === undefined ? all : Object.fromEntries(Object.entries(all).filter(([name]) => speaks.includes(name)));
  return { protocols, ...fields };
}

function restProvider(mock: MockUpstream, plan: ProviderPlan): object {
  const rest = typeof plan['rest'] === 'object' ? plan['rest'] : {};
  return { ...plan, rest: { targetUrl: `${mock.origin}/${plan.id}`, ...rest } };
}
