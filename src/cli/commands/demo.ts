import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';

import { DEMO_KEYS, DEMO_MODEL, DEMO_VIRTUAL_KEY, DEMO_WINDOW_SECONDS, demoConfig, demoScript } from '../demo/demo-setup.ts';
import { describeRequest } from '../demo/describe-request.ts';
import type { DemoRequest, Paint } from '../demo/describe-request.ts';
import { sendDemoRequest } from '../demo/send-demo-request.ts';
import { startDemoGateway } from '../demo/start-demo-gateway.ts';
import type { DemoGateway } from '../demo/start-demo-gateway.ts';
import type { MockUpstream } from '../mock/mock-upstream.ts';
import { startMockUpstream } from '../mock/start-mock-upstream.ts';
import { waitForSignal } from '../wait-for-signal.ts';

const HELP = `headgate demo: watch the gateway balance four keys, without an account

  headgate demo [--requests N] [--keep] [--port N]

  --requests N  how many requests to send (default: 24, at most 1000)
  --keep        stay up afterwards, until Ctrl-C
  --port N      port of the gateway (default: a free one)

It starts an upstream of its own with four keys of small quotas, and a gateway before it.
`;
const PAUSE_MS = 120;
const MAX_REQUESTS = 1000;

/** Runs the demo. Exit code 1: the gateway did not start; 2: wrong arguments. */
export async function run(argv: readonly string[]): Promise<number> {
  const options = readArguments(argv);
  if (options === null) return 2;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'headgate-demo-'));
  const mock = await startMockUpstream({ script: demoScript() });
  let gateway: DemoGateway | null = null;
  const stopped = waitForSignal();
  try {
    const configPath = join(directory, 'headgate.yaml');
    writeFileSync(configPath, demoConfig(mock.origin));
    say(`An upstream with four keys: ${DEMO_KEYS.map(({ id, quota }) => `${id} may do ${quota}`).join(', ')} requests in ${DEMO_WINDOW_SECONDS} s.`);
    gateway = await startDemoGateway(directory, configPath, options.port);
    say(`A gateway before it at ${gateway.origin}; the client knows one virtual key and no other.\n`);
    const done = await sendAll(gateway.origin, mock, options.requests, stopped);
    say(`\n${summary(done)}`);
    if (options.keep) await keepUp(gateway, stopped);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await gateway?.stop();
    await mock.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function sendAll(origin: string, mock: MockUpstream, count: number, stopped: Promise<void>): Promise<readonly DemoRequest[]> {
  const done: DemoRequest[] = [];
  const stop = { isAsked: false };
  void stopped.then(() => {
    stop.isAsked = true;
  });
  for (let number = 1; number <= count && !stop.isAsked; number += 1) {
    const request = await sendDemoRequest(origin, mock, number);
    for (const line of describeRequest(request, paint)) say(line);
    done.push(request);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return done;
}

function summary(done: readonly DemoRequest[]): string {
  const attempts = done.flatMap((request) => request.seen);
  const refusals = attempts.filter((attempt) => attempt.status === 429).length;
  const good = done.filter((request) => request.status === 200).length;
  const shares = DEMO_KEYS.map(({ id }) => `${id} ${attempts.filter((attempt) => attempt.keyId === id && attempt.status === 200).length}`);
  return [
    `${good} of ${done.length} requests were answered. The upstream refused ${refusals} times; the client saw ${done.length - good} of that.`,
    `Served by: ${shares.join(', ')}.`,
  ].join('\n');
}

async function keepUp(gateway: DemoGateway, stopped: Promise<void>): Promise<void> {
  say(`
Try it yourself (Ctrl-C ends the demo):

  curl ${gateway.origin}/v1/chat/completions \\
    -H 'authorization: Bearer ${DEMO_VIRTUAL_KEY}' -H 'content-type: application/json' \\
    -d '{"model":"${DEMO_MODEL}","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
`);
  await Promise.race([stopped, gateway.ended]);
}

const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

interface DemoArguments {
  readonly help: boolean;
  readonly keep: boolean;
  readonly requests: number;
  readonly port: number;
}

function readArguments(argv: readonly string[]): DemoArguments | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        requests: { type: 'string', default: '24' },
        port: { type: 'string', default: '0' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return {
      help: values.help,
      keep: values.keep,
      requests: wholeNumber('--requests', values.requests, 1, MAX_REQUESTS),
      port: wholeNumber('--port', values.port, 0, 65_535),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`${name} must be a whole number from ${least} to ${most}, not ${text}.`);
  return value;
}
