/** The virtual key that every request of the benchmark carries. */
export const BENCH_VIRTUAL_KEY = 'hg-bench-0123456789abcdef0123456789abcdef';

/** Where the models of the benchmark are served: `bench-model`, and others by name. */
export type ModelPorts = Readonly<Record<string, number>>;

/** What the upstream of a benchmark speaks. Its clients speak `openai-chat`. */
export type UpstreamProtocol = 'openai-chat' | 'anthropic-messages';

interface BenchConfigOptions {
  readonly keysPerProvider?: number;
  readonly protocol?: UpstreamProtocol;
}

const PRESETS = { 'openai-chat': 'openai', 'anthropic-messages': 'anthropic' } as const;

/** Everything on: a virtual key with limits (none of which is reached), each model balanced over four keys. */
export function benchConfig(models: ModelPorts, { keysPerProvider = 4, protocol = 'openai-chat' }: BenchConfigOptions = {}): object {
  return {
    providers: Object.entries(models).map(([model, port]) => ({
      id: model,
      preset: PRESETS[protocol],
      protocols: { [protocol]: `http://127.0.0.1:${port}/v1` },
      models: [{ name: model, price: { input: 0.15, output: 0.6 } }],
      keys: Array.from({ length: keysPerProvider }, (_, index) => ({
        id: `k${index}`,
        secret: `sk-bench-${model}-${index}`,
        weight: 1 + (index % 3),
      })),
      pool: { strategy: 'weighted' },
    })),
    virtualKeys: [
      {
        id: 'bench',
        secret: BENCH_VIRTUAL_KEY,
        limits: {
          requestsPerSecond: 1_000_000,
          burst: 1_000_000,
          requestsPerMinute: 100_000_000,
          requestsPerDay: 1_000_000_000,
          tokensPerMinute: 1_000_000_000,
          concurrency: 100_000,
        },
      },
    ],
  };
}

/** Environment of a gateway under test. */
export const BENCH_ENVIRONMENT: Readonly<Record<string, string>> = { METRICS_COMPAT: 'key_lb,proxy', LOG_LEVEL: 'info' };
