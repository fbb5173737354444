import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import type { CompiledProvider } from '../../config/snapshot.ts';
import { isMetadataHost } from '../../lib/network-address.ts';
import { BlockedAddressError, guardedLookup, type Resolve } from './connect-guard.ts';
import { passOverContinue } from './pass-over-continue.ts';
import { connectPlain } from './upstream-socket.ts';

const MOST_CONNECTIONS = 1024;
const KEEP_ALIVE_MS = 4000;
const KEEP_ALIVE_MOST_MS = 600_000;
/** Connections whose server names a keep-alive time are given up this much earlier: the server may close first. */
const KEEP_ALIVE_MARGIN_MS = 2000;

/** Connection pools by provider and origin. A provider whose network settings change gets new ones; the old drain. */
export class UpstreamPools {
  readonly #pools = new Map<string, Dispatcher>();
  readonly #byProvider = new WeakMap<CompiledProvider, Map<string, Dispatcher>>();
  readonly #resolve: Resolve | undefined;

  constructor(resolve?: Resolve) {
    this.#resolve = resolve;
  }

  dispatcher(provider: CompiledProvider, origin: string): Dispatcher {
    let byOrigin = this.#byProvider.get(provider);
    if (byOrigin === undefined) {
      byOrigin = new Map();
      this.#byProvider.set(provider, byOrigin);
    }
    let dispatcher = byOrigin.get(origin);
    if (dispatcher === undefined) {
      dispatcher = this.#find(provider, origin);
      byOrigin.set(origin, dispatcher);
    }
    return dispatcher;
  }

  /** Closes pools that no provider of the new snapshot uses; calls under way end by themselves. */
  retain(providers: Iterable<CompiledProvider>): void {
    const wanted = new Set<string>();
    for (const provider of providers) {
      const origins = [...provider.protocols.values(), ...(provider.rest === null ? [] : [provider.rest.target])].map((base) => base.origin);
      for (const origin of origins) wanted.add(poolName(provider, origin));
    }
    for (const [name, dispatcher] of this.#pools) {
      if (wanted.has(name)) continue;
      this.#pools.delete(name);
      void dispatcher.close();
    }
  }

  /** Ends every connection, for the stop. */
  async destroy(): Promise<void> {
    const all = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #find(provider: CompiledProvider, origin: string): Dispatcher {
    const name = poolName(provider, origin);
    let dispatcher = this.#pools.get(name);
    if (dispatcher === undefined) {
      dispatcher = makeDispatcher(provider, origin, this.#resolve);
      this.#pools.set(name, dispatcher);
    }
    return dispatcher;
  }
}

function poolName(provider: CompiledProvider, origin: string): string {
  return JSON.stringify([provider.id, origin, provider.proxyUrl, provider.allowPrivateNetwork, provider.verifyTls, provider.timeouts.connectMs]);
}

function makeDispatcher(provider: CompiledProvider, origin: string, resolve: Resolve | undefined): Dispatcher {
  const tls = { rejectUnauthorized: provider.verifyTls };
  const shared = {
    connections: MOST_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MOST_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    // The gateway's own deadlines rule; see lib/deadline-wheel.ts.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
  };
  if (provider.proxyUrl !== null) {
    return new ProxyAgent({ ...shared, uri: provider.proxyUrl, requestTls: { ...tls, timeout: provider.timeouts.connectMs } });
  }
  const lookup = guardedLookup(provider.allowPrivateNetwork, resolve);
  const timeoutMs = provider.timeouts.connectMs;
  const connectSecurely = buildConnector({ ...tls, timeout: timeoutMs, lookup, allowH2: false });
  return new Pool(origin, {
    ...shared,
    connect: (options, callback) => {
      // An address written out is never looked up, so its check stands here. The operator may mean a private one, never a metadata service.
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && isMetadataHost(host)) {
        return callback(new BlockedAddressError('the address is a metadata service'), null);
      }
      if (options.protocol !== 'https:') {
        return connectPlain({ hostname: host, port: Number(options.port || 80), timeoutMs, lookup }, (error, socket) =>
          socket === null ? callback(error ?? new Error('no connection'), null) : callback(null, socket),
        );
      }
      return connectSecurely(options, (...made) => (made[0] === null ? callback(null, passOverContinue(made[1])) : callback(...made)));
    },
  });
}
