import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const KEPT_TEXT_BYTES = 64 * 1024;
const KEPT_JSON_BYTES = 64 * 1024 * 1024;

/** What is known of a request body once it has come. */
export interface ReceivedBody {
  readonly bytes: number;
  readonly sha256: string;
  readonly text: string | null;
  /** Present when the body is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | null;
  /** From JSON, or from a multipart field. */
  readonly model: string | null;
}

/** Reads a body to its end. Rejects when the connection breaks before. */
export async function receiveBody(request: IncomingMessage): Promise<ReceivedBody> {
  const isJson = (request.headers['content-type'] ?? '').includes('json');
  const keptBytes = isJson ? KEPT_JSON_BYTES : KEPT_TEXT_BYTES;
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (bytes < keptBytes) kept.push(chunk);
    bytes += chunk.length;
  }
  const whole = bytes <= keptBytes ? Buffer.concat(kept) : null;
  const json = whole !== null && bytes > 0 ? parseObject(whole.toString('utf8')) : null;
  const head = whole ?? Buffer.concat(kept).subarray(0, KEPT_TEXT_BYTES);
  return {
    bytes,
    sha256: hash.digest('hex'),
    text: whole !== null && bytes <= KEPT_TEXT_BYTES ? whole.toString('utf8') : null,
    json,
    model: typeof json?.['model'] === 'string' ? json['model'] : formField(head, 'model'),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function formField(head: Buffer, name: string): string | null {
  if (!head.includes('form-data')) return null;
  const match = new RegExp(`name="${name}"\\r\\n(?:[^\\r\\n]+\\r\\n)*\\r\\n([^\\r\\n]*)\\r\\n`).exec(head.toString('latin1'));
  return match?.[1] ?? null;
}
