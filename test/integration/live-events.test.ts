import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';

import type { MockUpstream } from '../../src/cli/mock/mock-upstream.ts';
import { startMockUpstream } from '../../src/cli/mock/start-mock-upstream.ts';
import type { CompiledProvider } from '../../src/config/snapshot.ts';
import type { ProviderId, ProviderKeyId } from '../../src/domain/ids.ts';
import type { GatewayContext } from '../../src/gateway/exchange/gateway-context.ts';
import { DataPlane } from '../../src/gateway/http/data-plane.ts';
import { PoolBinder } from '../../src/gateway/key-pool/bound-pool.ts';
import { LiveKeyBoard } from '../../src/gateway/key-pool/live-key-board.ts';
import { WaitingRoom } from '../../src/gateway/key-pool/waiting-room.ts';
import { GoogleTokens } from '../../src/gateway/upstream/sign/google-tokens.ts';
import { RequestSigner } from '../../src/gateway/upstream/sign/request-signer.ts';
import { UpstreamPools } from '../../src/gateway/upstream/upstream-pools.ts';
import { DeadlineWheel } from '../../src/lib/deadline-wheel.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import { UuidV7Source } from '../../src/lib/uuid-v7.ts';
import type { ToldEvent } from '../../src/ports/event-feed.ts';
import { hashToken } from '../../src/security/hash-token.ts';
import { MemoryEventFeed } from '../../src/state/memory/memory-event-feed.ts';
import { MemoryLiveState } from '../../src/state/memory/memory-live-state.ts';
import { MemoryMadeItems } from '../../src/state/memory/memory-made-items.ts';
import { MemoryRateLimiter } from '../../src/state/memory/memory-rate-limiter.ts';
import { MemoryStateHomes } from '../../src/state/memory/memory-state-homes.ts';
import { send, type ClientAnswer } from '../support/http-client.ts';
import { chatBody } from '../support/mocked-gateway.ts';
import { aKey, aModel, aProvider, aSnapshot, someSettings } from '../support/snapshot-literals.ts';

const P = 'p' as ProviderId;
const NOTHING = (): void => {};

let mock: MockUpstream;
let server: Server;
let board: LiveKeyBoard;
const upstreams = new UpstreamPools();
const feed = new MemoryEventFeed({ nowMs: systemClock.nowMs, setTimer: () => ({ cancel: NOTHING }) }, 'test');
let told = 0;

before(async () => {
  mock = await startMockUpstream();
  const provider: CompiledProvider = {
    ...aProvider('p', { models: [aModel('m', 'vendor-m')], keys: [aKey('k1'), aKey('k2')], poolStrategy: 'fill-first' }),
    protocols: new Map([['openai-chat', { origin: mock.origin, path: '/v1', href: `${mock.origin}/v1` }]]),
  };
  const snapshot = aSnapshot([provider], { settings: someSettings({ allowAnonymous: true }) });
  const context = contextOf(() => snapshot);
  const { live, binder, room } = context;
  board = new LiveKeyBoard({ currentSnapshot: () => snapshot, live, binder, room, nowMs: systemClock.nowMs, events: feed });
  server = createServer();
  new DataPlane(context).attach(server, (_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await upstreams.destroy();
  await mock.close();
});

/** The data plane without a process around it. */
function contextOf(currentSnapshot: GatewayContext['currentSnapshot']): GatewayContext {
  const live = new MemoryLiveState();
  const tokens = new GoogleTokens(() => assert.fail('no token is asked for'), systemClock.nowMs, NOTHING);
  return {
    currentSnapshot,
    clock: systemClock,
    ids: new UuidV7Source(),
    wheel: new DeadlineWheel(systemClock.monotonicMs),
    live,
    homes: new MemoryStateHomes(NOTHING),
    items: new MemoryMadeItems(),
    binder: new PoolBinder(live),
    room: new WaitingRoom({ nowMs: systemClock.nowMs, setTimer: () => ({ cancel: NOTHING }) }),
    upstreams,
    signer: new RequestSigner(tokens, systemClock.nowMs),
    limiter: new MemoryRateLimiter(),
    journal: {
      open: NOTHING,
      settle: (_record, written) => written(),
      close: () => Promise.resolve(),
      status: { lag: 0, bytes: 0, writeErrors: 0, ledgerErrors: 0, problem: null },
    },
    recorder: {
      exchangeStarted: NOTHING,
      exchangeEnded: NOTHING,
      attemptStarted: NOTHING,
      attemptEnded: NOTHING,
      refused: NOTHING,
      limitRejected: NOTHING,
      waited: NOTHING,
    },
    events: {
      get isHeard() {
        return feed.isHeard;
      },
      publish: (event) => {
        told += 1;
        feed.publish(event);
      },
      subscribe: (id, signal) => feed.subscribe(id, signal),
    },
    hashSecret: hashToken,
    overload: () => null,
    reportDefect: (error) => assert.fail(String(error)),
    trustProxy: false,
  };
}

function chat(): Promise<ClientAnswer> {
  const { port } = server.address() as AddressInfo;
  return send({ url: `http://127.0.0.1:${port}/v1/chat/completions`, body: chatBody('m') });
}

async function take(events: AsyncIterator<ToldEvent>, count: number): Promise<readonly ToldEvent['event'][]> {
  const taken: ToldEvent['event'][] = [];
  while (taken.length < count) {
    const next = await events.next();
    taken.push(next.done === true ? assert.fail('the events are over') : next.value.event);
  }
  return taken;
}

test('an exchange makes no event while nobody listens', async () => {
  assert.equal((await chat()).status, 200);
  assert.equal(told, 0);
});

test('a listener hears of keys as they change and of exchanges as they end', async () => {
  const stop = new AbortController();
  const events = feed.subscribe(null, stop.signal)[Symbol.asyncIterator]();
  mock.script({ rules: [{ match: { key: 'secret-of-k1' }, status: 429, retryAfterSeconds: 60 }] });
  assert.equal((await chat()).status, 200);
  const [rested, ended] = await take(events, 2);
  assert.deepEqual(rested?.type === 'key' ? [rested.provider, rested.key, rested.model, rested.from, rested.to, rested.kind] : rested, [
    'p',
    'k1',
    'vendor-m',
    'ready',
    'resting',
    'rate-limited',
  ]);
  assert.deepEqual(ended?.type === 'exchange' ? [ended.model, ended.provider, ended.key, ended.status, ended.outcome, ended.attempts] : ended, [
    'm',
    'p',
    'k2',
    200,
    'ok',
    2,
  ]);
  board.suspend(P, 'k2' as ProviderKeyId, 'by hand');
  mock.script({});
  assert.equal((await chat()).status, 429, 'one key rests, the other is suspended');
  board.wake(P, 'k1' as ProviderKeyId);
  assert.equal((await chat()).status, 200);
  const more = await take(events, 3);
  assert.deepEqual(
    more.map((event) => (event.type === 'key' ? [event.key, event.from, event.to] : event.type)),
    [['k2', 'ready', 'suspended'], ['k1', 'resting', 'ready'], 'exchange'],
  );
  assert.deepEqual(mock.requests.at(-1)?.key, 'secret-of-k1');
  stop.abort();
  assert.equal((await events.next()).done, true);
});
