/** One attempt as the upstream saw it. */
export interface SeenAttempt {
  readonly keyId: string;
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  /** Epoch ms when it was answered. */
  readonly at: number;
}

/** One request of the demo's client with everything that became of it. */
export interface DemoRequest {
  readonly number: number;
  readonly status: number;
  readonly elapsedMs: number;
  /** Of `x-headgate-provider` and `x-headgate-attempts`; null when the answer has none. */
  readonly provider: string | null;
  readonly attempts: string | null;
  readonly retryAfter: string | null;
  readonly seen: readonly SeenAttempt[];
}

/** Puts colour around a text; plain where the terminal shows none. */
export type Paint = (style: 'green' | 'yellow' | 'red' | 'dim', text: string) => string;

/** Longer than this and the request must have waited for a key. */
const WAITED_MS = 400;

/** The lines that tell one request: who refused and rests until when, then who served. */
export function describeRequest(request: DemoRequest, paint: Paint): readonly string[] {
  const indent = ' '.repeat(4);
  const refused = request.seen.filter((attempt) => attempt.status === 429);
  const lines = refused.map((attempt) => `${indent}${paint('yellow', restText(attempt))}`);
  const server = request.seen.findLast((attempt) => attempt.status === request.status);
  const number = String(request.number).padStart(3);
  const took = `${request.elapsedMs.toFixed(0)} ms`;
  if (request.status !== 200) {
    const again = request.retryAfter === null ? '' : `, try again in ${request.retryAfter} s`;
    return [...lines, `${number} ${paint('red', `${request.status} to the client${again}`)} ${paint('dim', took)}`];
  }
  const waited = request.elapsedMs >= WAITED_MS ? ` after a wait of ${(request.elapsedMs / 1000).toFixed(1)} s for a key to wake` : '';
  const served = `${paint('green', String(request.status))} served by ${paint('green', server?.keyId ?? 'an unknown key')}`;
  const how = [request.provider, attemptsText(request), took].filter((text) => text !== null).join(', ');
  return [...lines, `${number} ${served}${waited}  ${paint('dim', how)}`];
}

function restText(attempt: SeenAttempt): string {
  if (attempt.retryAfterSeconds === null) return `${attempt.keyId} answered 429 and rests`;
  const until = new Date(attempt.at + attempt.retryAfterSeconds * 1000);
  const clock = [until.getHours(), until.getMinutes(), until.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${attempt.keyId} answered 429 and rests until ${clock} (${attempt.retryAfterSeconds} s)`;
}

function attemptsText(request: DemoRequest): string {
  const count = request.attempts ?? String(request.seen.length);
  return count === '1' ? '1 attempt' : `${count} attempts`;
}
