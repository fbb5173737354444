import type { MockUpstream, RecordedRequest } from '../mock/mock-upstream.ts';
import { DEMO_KEYS, DEMO_MODEL, DEMO_VIRTUAL_KEY } from './demo-setup.ts';
import type { DemoRequest, SeenAttempt } from './describe-request.ts';

/** Sends one chat request through the gateway and gathers what the upstream saw of it. Requests must not overlap. */
export async function sendDemoRequest(origin: string, mock: MockUpstream, number: number): Promise<DemoRequest> {
  const before = mock.requests.at(-1)?.number ?? 0;
  const startedAt = performance.now();
  const answer = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEMO_VIRTUAL_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: DEMO_MODEL, messages: [{ role: 'user', content: `Request ${number} of the demo` }] }),
    signal: AbortSignal.timeout(60_000),
  });
  await answer.arrayBuffer();
  return {
    number,
    status: answer.status,
    elapsedMs: performance.now() - startedAt,
    provider: answer.headers.get('x-headgate-provider'),
    attempts: answer.headers.get('x-headgate-attempts'),
    retryAfter: answer.headers.get('retry-after'),
    seen: mock.requests.filter((record) => record.number > before).map(seenAttempt),
  };
}

function seenAttempt(record: RecordedRequest): SeenAttempt {
  return {
    keyId: DEMO_KEYS.find(({ secret }) => secret === record.key)?.id ?? 'an unknown key',
    status: record.status,
    retryAfterSeconds: record.retryAfter === null ? null : Number(record.retryAfter),
    at: Date.now(),
  };
}
