import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import { AdminClient, type AdminReply } from './admin-client.ts';
import { send, type ClientAnswer } from './http-client.ts';
import { chatBody } from './mocked-gateway.ts';
import { startGateway, type Gateway } from './start-gateway.ts';

export const ADMIN_TOKEN = 'admin-of-tests-5d1c8e7a90b2';
/** Of a caller who may do everything. */
export const CALLER_KEY = 'hg-caller-3e9b0c7d61af58';

/** The real program with its configuration in its database, before a mock upstream. */
export class AdministeredGateway {
  readonly gateway: Gateway;
  readonly mock: MockUpstream;
  readonly admin: AdminClient;

  private constructor(gateway: Gateway, mock: MockUpstream) {
    this.gateway = gateway;
    this.mock = mock;
    this.admin = new AdminClient(gateway.origin, ADMIN_TOKEN);
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<AdministeredGateway> {
    const mock = await startMockUpstream();
    try {
      return new AdministeredGateway(await startGateway({ env: { ADMIN_TOKEN, GLOBAL_PROXY_KEYS: CALLER_KEY, ...env } }), mock);
    } catch (error) {
      await mock.close();
      throw error;
    }
  }

  /** A provider's address at the mock upstream; its requests are told apart by the path. */
  address(provider: string): string {
    return `${this.mock.origin}/${provider}/v1`;
  }

  addProvider(id: string, fields: object = {}): Promise<AdminReply> {
    return this.admin.post('/api/admin/providers', { id, protocols: { 'openai-chat': this.address(id) }, ...fields });
  }

  /** A request of a client. */
  chat(model: string, key: string = CALLER_KEY): Promise<ClientAnswer> {
    return send({
      url: `${this.gateway.origin}/v1/chat/completions`,
      headers: { authorization: `Bearer ${key}` },
      body: chatBody(model),
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.dispose(), this.mock.close()]);
  }
}
