import { randomBytes } from 'node:crypto';

import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { DatabaseConfig } from '../../src/config/database-config.ts';
import { AdminClient, type AdminReply } from './admin-client.ts';
import { send, type ClientAnswer } from './http-client.ts';
import { chatBody } from './mocked-gateway.ts';
import { startGateway, type Gateway } from './start-gateway.ts';
import { urlOf } from './test-databases.ts';
import { waitFor } from './wait-for.ts';

export const ADMIN_TOKEN = 'an-admin-token-of-the-tests-0f1e2d';
export const GLOBAL_KEY = 'a-client-key-of-the-tests-4b5a69';

export interface ControlWorldOptions {
  /** SQLite in the data directory when absent. */
  readonly database?: DatabaseConfig;
  readonly env?: Readonly<Record<string, string>>;
  /** A gateway of its own kind when absent: with a data directory that is removed with it. */
  readonly dataDir?: string;
  /** Shared by several gateways, and closed by whoever made it. */
  readonly mock?: MockUpstream;
}

export interface Readiness {
  readonly status: string;
  readonly revision: number;
  readonly config: string;
}

/** A gateway whose configuration is in its database, before a mock upstream, with a client of its control plane. */
export class ControlWorld {
  readonly gateway: Gateway;
  readonly mock: MockUpstream;
  readonly admin: AdminClient;
  readonly #ownsMock: boolean;

  private constructor(gateway: Gateway, mock: MockUpstream, ownsMock: boolean) {
    this.gateway = gateway;
    this.mock = mock;
    this.admin = new AdminClient(gateway.origin, ADMIN_TOKEN);
    this.#ownsMock = ownsMock;
  }

  static async start(options: ControlWorldOptions = {}): Promise<ControlWorld> {
    const mock = options.mock ?? (await startMockUpstream());
    const { database } = options;
    try {
      const gateway = await startGateway({
        env: {
          ADMIN_TOKEN,
          GLOBAL_PROXY_KEYS: GLOBAL_KEY,
          ...(database === undefined ? {} : { DATABASE_URL: urlOf(database) }),
          ...options.env,
        },
        ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      });
      return new ControlWorld(gateway, mock, options.mock === undefined);
    } catch (error) {
      if (options.mock === undefined) await mock.close();
      throw error;
    }
  }

  /** Adds a provider that the mock upstream plays. */
  addProvider(id: string, models: readonly string[], fields: object = {}): Promise<AdminReply> {
    const base = { id, protocols: { 'openai-chat': `${this.mock.origin}/${id}/v1` }, models };
    return this.admin.post('/api/admin/providers', { ...base, keys: [{ secret: newSecret() }], ...fields });
  }

  addKey(provider: string, secret = newSecret()): Promise<AdminReply> {
    return this.admin.post(`/api/admin/providers/${provider}/keys`, { secret });
  }

  chat(model: string): Promise<ClientAnswer> {
    return send({ url: `${this.gateway.origin}/v1/chat/completions`, headers: { authorization: `Bearer ${GLOBAL_KEY}` }, body: chatBody(model) });
  }

  async readiness(): Promise<Readiness> {
    return (await send({ url: `${this.gateway.origin}/health/ready` })).json() as Readiness;
  }

  whenReady(what: string, test: (ready: Readiness) => boolean, timeoutMs = 10_000): Promise<Readiness> {
    return waitFor(
      what,
      async () => {
        const ready = await this.readiness();
        return test(ready) ? ready : null;
      },
      { timeoutMs, describe: () => this.gateway.stderr().slice(-2000) },
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.dispose(), ...(this.#ownsMock ? [this.mock.close()] : [])]);
  }
}

/** A provider key that occurs nowhere else. */
export function newSecret(): string {
  return `sk-test-${randomBytes(16).toString('hex')}`;
}

/** A master key for gateways that share a database. */
export function newMasterKey(): string {
  return randomBytes(32).toString('base64');
}
