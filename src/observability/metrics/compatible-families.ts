import type { FamilyDefinition } from './family-definition.ts';

/** Names in METRICS_COMPAT. */
export type CompatibleFamilies = 'key_lb' | 'api_lb' | 'proxy';

const KEY = ['provider', 'key_id', 'key_name'];
const CALL = [...KEY, 'model', 'path', 'method'];

/** The families of llm-apikey-lb, which count attempts. `prefix` differs between its versions. */
export function keyBalancerFamilies(prefix: 'llm_key_lb' | 'llm_api_lb') {
  return {
    requests: {
      name: `${prefix}_requests_total`,
      type: 'counter',
      help: 'Calls to upstreams, by their status; error when no answer came.',
      labels: [...CALL, 'status'],
      variable: [...KEY, 'model', 'path'],
    },
    duration: {
      name: `${prefix}_request_duration_seconds`,
      type: 'histogram',
      help: 'Duration of calls to upstreams.',
      labels: CALL,
      variable: [...KEY, 'model', 'path'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40],
    },
    inFlight: { name: `${prefix}_in_flight`, type: 'gauge', help: 'Calls to upstreams under way.', labels: KEY, variable: KEY },
    cooldown: {
      name: `${prefix}_key_cooldown`,
      type: 'gauge',
      help: '1 while any rest of the provider key runs, else 0.',
      labels: KEY,
      variable: KEY,
    },
  } as const satisfies Record<string, FamilyDefinition>;
}

/** The families of llm-proxy, which count requests, also those that never reached an upstream (provider none). */
export const PROXY_FAMILIES = {
  requests: {
    name: 'llm_proxy_requests_total',
    type: 'counter',
    help: 'Requests of clients, by the status of their answer.',
    labels: ['method', 'endpoint', 'model', 'provider', 'status_code', 'api_key_name'],
    variable: ['endpoint', 'model', 'provider', 'api_key_name'],
  },
  duration: {
    name: 'llm_proxy_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of requests of clients.',
    labels: ['method', 'endpoint', 'model', 'provider', 'api_key_name'],
    variable: ['endpoint', 'model', 'provider', 'api_key_name'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120],
  },
  active: {
    name: 'llm_proxy_active_requests',
    type: 'gauge',
    help: 'Requests of clients under way.',
    labels: ['endpoint'],
    variable: ['endpoint'],
  },
  tokens: {
    name: 'llm_proxy_tokens_total',
    type: 'counter',
    help: 'Tokens; prompt includes those read from and written to a cache, total is prompt and completion.',
    labels: ['model', 'provider', 'token_type', 'api_key_name'],
    variable: ['model', 'provider', 'api_key_name'],
  },
  health: {
    name: 'llm_proxy_provider_health',
    type: 'gauge',
    help: '1 when the provider is enabled, does not rest, and has a key and a model that can serve; else 0.',
    labels: ['provider'],
    variable: ['provider'],
  },
  providerLatency: {
    name: 'llm_proxy_provider_latency_seconds',
    type: 'histogram',
    help: 'Duration of the last upstream call of each request, where an answer came.',
    labels: ['provider'],
    variable: ['provider'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30],
  },
  timeToFirstToken: {
    name: 'llm_proxy_ttft_seconds',
    type: 'histogram',
    help: 'Time to the first byte of streamed answers.',
    labels: ['source', 'model', 'provider'],
    variable: ['model', 'provider'],
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
  },
  tokensPerSecond: {
    name: 'llm_proxy_tokens_per_second',
    type: 'histogram',
    help: 'Tokens of streamed answers by the time from their first byte to their end.',
    labels: ['source', 'model', 'provider'],
    variable: ['model', 'provider'],
    buckets: [1, 5, 10, 20, 50, 100, 200],
  },
  appInfo: { name: 'llm_proxy_app_info', type: 'gauge', help: 'The program that answers.', labels: ['version'] },
} as const satisfies Record<string, FamilyDefinition>;
