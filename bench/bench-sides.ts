import { startGateway } from '../test/support/start-gateway.ts';
import type { Gateway } from '../test/support/start-gateway.ts';
import { notMeasured } from './bench-row.ts';
import { startProgram } from './child-program.ts';
import type { ChildProgram } from './child-program.ts';
import { BENCH_ENVIRONMENT, BENCH_VIRTUAL_KEY, benchConfig } from './gateway-config.ts';
import type { UpstreamProtocol } from './gateway-config.ts';
import type { LoadJob } from './load/load-job.ts';

/** A program that load can be sent through. */
export interface Side {
  readonly name: 'floor' | 'gateway' | 'direct';
  readonly pid: number;
  readonly port: number;
}

/** The upstream with both programs before it; the gateway is null when it did not start. */
export interface Sides {
  readonly mock: ChildProgram;
  readonly floor: Side;
  readonly gateway: (Side & { readonly process: Gateway }) | null;
  /** Why there is no gateway. */
  readonly notes: readonly string[];
}

const UPSTREAMS = { 'openai-chat': 'programs/mock-process.ts', 'anthropic-messages': 'programs/messages-process.ts' } as const;

/** Starts a mock upstream, the floor and a gateway, gives them to `use`, and stops them whatever happens. */
export async function withSides<Result>(
  mockOptions: object,
  use: (sides: Sides) => Promise<Result>,
  protocol: UpstreamProtocol = 'openai-chat',
): Promise<Result> {
  const mock = await startProgram(UPSTREAMS[protocol], JSON.stringify(mockOptions));
  const floor = await startProgram('programs/floor-proxy.ts', `http://127.0.0.1:${mock.port}`);
  const notes: string[] = [];
  const config = benchConfig({ 'bench-model': mock.port }, { protocol });
  const gateway = await startGateway({ config, env: BENCH_ENVIRONMENT }).catch((error: unknown) => {
    notes.push(notMeasured(error));
    return null;
  });
  try {
    return await use({
      mock,
      floor: { name: 'floor', pid: floor.pid, port: floor.port },
      gateway: gateway === null ? null : { name: 'gateway', pid: gateway.pid, port: gateway.port, process: gateway },
      notes,
    });
  } finally {
    await gateway?.dispose();
    await floor.stop();
    await mock.stop();
  }
}

/** What every request of the benchmark has in common. */
export function chatJob(port: number, body: object): Pick<LoadJob, 'port' | 'path' | 'headers' | 'body'> {
  return {
    port,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${BENCH_VIRTUAL_KEY}`, 'content-type': 'application/json', accept: '*/*', 'user-agent': 'headgate-bench' },
    body: JSON.stringify(body),
  };
}

/** A chat request whose message fills its body to about `bytes`. */
export function chatBody(stream: boolean, bytes = 490, model = 'bench-model'): object {
  const empty = { model, stream, messages: [{ role: 'user', content: '' }], max_tokens: 100 };
  return { ...empty, messages: [{ role: 'user', content: 'word '.repeat(Math.ceil((bytes - JSON.stringify(empty).length) / 5)) }] };
}
