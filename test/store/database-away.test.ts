import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import type { ServerDatabaseConfig } from '../../src/config/database-config.ts';
import { ExchangeReader } from '../../src/store/exchange-reader.ts';
import type { DatabaseServer } from '../support/database-servers.ts';
import { MockedGateway } from '../support/mocked-gateway.ts';
import { startTestDatabases, urlOf, withDatabase } from '../support/test-databases.ts';
import { waitFor } from '../support/wait-for.ts';

const databases = await startTestDatabases();
const PROVIDERS = [{ id: 'vendor', models: ['m'], keys: ['sk-vendor-12345'] }];
/** Longer than the first retries take together. */
const AWAY_MS = 2500;
const INTERVAL_MS = 20;

/** A gateway whose ledger is on a server, and the ids of what it answered. */
class World {
  readonly gateway: MockedGateway;
  readonly config: ServerDatabaseConfig;
  readonly answered: string[] = [];

  private constructor(gateway: MockedGateway, config: ServerDatabaseConfig) {
    this.gateway = gateway;
    this.config = config;
  }

  static async start(config: ServerDatabaseConfig): Promise<World> {
    return new World(await MockedGateway.start({ providers: PROVIDERS, env: { DATABASE_URL: urlOf(config) } }), config);
  }

  /** So many requests, one after another; each has to be served. */
  async serve(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const answer = await this.gateway.chat('m');
      assert.equal(answer.status, 200, answer.text);
      this.answered.push(String(answer.headers['x-request-id']));
    }
  }

  async serveFor(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(INTERVAL_MS)) await this.serve(1);
  }

  async word(): Promise<{ readonly ledger: string; readonly journalLag: number }> {
    const answer = await this.gateway.send('/health/ready', { key: null });
    assert.equal(answer.status, 200, 'a gateway without its ledger is ready');
    return answer.json() as { ledger: string; journalLag: number };
  }

  /** The ledger has a row for every answer, and one only, and its word is good. */
  async assertWhole(): Promise<void> {
    await waitFor('a ledger that has everything', async () => (await this.word()).journalLag === 0 && (await this.word()).ledger === 'ok', {
      timeoutMs: 20_000,
      intervalMs: 50,
      describe: () => this.gateway.gateway.stderr().slice(-2000),
    });
    const ids = await withDatabase(this.config, async ({ db }) => {
      const { items } = await new ExchangeReader(db).list({}, 100_000);
      return items.map(({ id }) => String(id));
    });
    assert.deepEqual(ids.toSorted(), this.answered.toSorted());
  }
}

const PROBLEM = /^The ledger (?:postgres|mysql):\/\/127\.0\.0\.1:\d+\/test_\d+ could not be written \(.+\)\. Its records stay in .+ until it can\.$/;

describe('a database server that is away', { concurrency: 2 }, () => {
  for (const server of Object.values(databases.servers)) describe(server.kind, { concurrency: 1 }, () => describeAway(server));
});

function describeAway(server: DatabaseServer): void {
  test('keeps nobody from a start: requests are served, health says so, and the rows follow', async () => {
    const config = await databases.createOn(server);
    await server.stop();
    const world = await World.start(config);
    try {
      await world.serve(20);
      await waitFor('a word', async () => PROBLEM.test((await world.word()).ledger));
      assert.equal((await world.word()).journalLag, 20);
      await server.start();
      await world.serve(1);
      await world.assertWhole();
      const [, ...problems] = world.gateway.gateway.stderr().split('could not be written');
      assert.ok(problems.length < 5, 'a failure that goes on is told once');
    } finally {
      if (server.pid === 0) await server.start();
      await world.gateway.close();
    }
  });

  test('and crashes while requests are served costs none of them, and no row is lost or there twice', async () => {
    const world = await World.start(await databases.createOn(server));
    try {
      await world.serveFor(500);
      await server.stop('SIGKILL');
      await world.serveFor(AWAY_MS);
      await waitFor('a word', async () => PROBLEM.test((await world.word()).ledger));
      await server.start();
      await world.serveFor(300);
      await world.assertWhole();
    } finally {
      if (server.pid === 0) await server.start();
      await world.gateway.close();
    }
  });

  test('while the gateway is killed as well: what was answered is in the ledger when both are back', async () => {
    const world = await World.start(await databases.createOn(server));
    try {
      await world.serve(50);
      await server.stop('SIGKILL');
      await world.serve(50);
      await world.gateway.gateway.kill9();
      await world.gateway.gateway.restart();
      await world.serve(10);
      await server.start();
      await world.serve(1);
      await world.assertWhole();
    } finally {
      if (server.pid === 0) await server.start();
      await world.gateway.close();
    }
  });

  test('and comes back without its tables is given new ones, with what the journal still has', async () => {
    const world = await World.start(await databases.createOn(server));
    try {
      await world.serve(10);
      await world.assertWhole();
      await withDatabase(world.config, ({ db }) => db.schema.dropTable('exchanges').execute());
      await withDatabase(world.config, ({ db }) => db.schema.dropTable('open_exchanges').execute());
      await withDatabase(world.config, ({ db }) => db.schema.dropTable('schema_migrations').execute());
      await world.serve(10);
      await world.assertWhole();
    } finally {
      await world.gateway.close();
    }
  });
}
