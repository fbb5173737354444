import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { composeAnswer } from './compose-answer.ts';
import { handleControl } from './control-paths.ts';
import { createFastPath } from './fast-path.ts';
import type { MockRule } from './mock-rule.ts';
import type { MockUpstream, MockUpstreamOptions, RecordedRequest } from './mock-upstream.ts';
import { playAnswer } from './play-answer.ts';
import { receiveBody } from './received-body.ts';
import type { ReceivedBody } from './received-body.ts';
import { RequestLog } from './request-log.ts';
import { ScriptState } from './script-state.ts';
import { vendorOfPath } from './vendor-of-path.ts';
import type { PathVendor } from './vendor-of-path.ts';

/** Starts an upstream that speaks every protocol and misbehaves as its script says. Rejects when the port is taken. */
export async function startMockUpstream(options: MockUpstreamOptions = {}): Promise<MockUpstream> {
  const log = new RequestLog(options.maxRecorded ?? 10_000);
  const state = new ScriptState(options.now ?? Date.now, options.script ?? {});
  const control = {
    script: state.replace.bind(state),
    reset: () => {
      state.replace({});
      log.reset();
    },
    log,
  };
  const fast = options.fast === undefined || options.fast === false ? null : createFastPath(options.fast === true ? {} : options.fast);
  const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    if (request.url?.startsWith('/__mock/') === true) {
      void handleControl(request, response, control);
    } else if (fast !== null && request.method === 'POST') {
      log.countOnly();
      fast(request, response);
    } else {
      void serve(request, response, log, state);
    }
  });
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    log.connected(socket);
  });
  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests: log.requests,
    abortedAt: log.abortedAt,
    get requestCount() {
      return log.count;
    },
    get connections() {
      return log.connections();
    },
    script: control.script,
    reset: control.reset,
    close: () => close(server),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, log: RequestLog, state: ScriptState): Promise<void> {
  const vendor = vendorOfPath(request.method ?? 'GET', request.url ?? '/');
  const record = log.open(request, response, vendor.model);
  request.on('error', () => undefined);
  const earlyRule = state.choose(record, true);
  let body: ReceivedBody | null = null;
  if (earlyRule === null) {
    try {
      body = await receiveBody(request);
    } catch {
      return;
    }
    log.bodyReceived(record, body);
  }
  const chosen = earlyRule ?? state.choose(record, false);
  const rule: MockRule = chosen ?? {};
  if (rule.refuse === true) {
    log.cut(record, request.socket, 'rst');
  } else if (rule.rawHttp !== undefined) {
    request.socket.write(Buffer.from(rule.rawHttp, 'latin1'), () => log.cut(record, request.socket, 'fin'));
  } else if (rule.hang !== true && !response.destroyed) {
    const quota = state.use(record.key);
    try {
      if (state.isStrict(chosen)) record.refusal = refusalOf(vendor, record, body);
      const plan = composeAnswer(rule, quota, vendor, record, body);
      record.status = plan.status;
      record.retryAfter = plan.headers['retry-after']?.toString() ?? null;
      await playAnswer(response, plan, quota?.exceeded === true ? {} : rule, (how) => log.cut(record, response.socket, how));
    } catch (error) {
      // A script can ask for what HTTP forbids (a header with a newline); say so where the tester looks.
      process.stderr.write(`mock: could not answer ${record.method} ${record.url}: ${String(error)}\n`);
      response.destroy();
    }
  }
}

function refusalOf({ check }: PathVendor, record: RecordedRequest, body: ReceivedBody | null): string | null {
  if (check === null) return null;
  if (body?.json === null || body === null) return 'We could not parse the JSON body of your request.';
  return check({ body: body.json, headers: record.headers, model: record.model ?? '' });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
