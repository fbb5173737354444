import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';

import type { AnswerPlan } from './compose-answer.ts';
import type { MockBehaviour } from './mock-rule.ts';

/** Time for the last bytes to leave before a connection is destroyed. */
const CUT_GRACE_MS = 10;
const DEFAULT_ENDLESS_INTERVAL_MS = 100;

/** Destroys the connection of the answer. */
export type Cut = (how: 'rst' | 'fin') => void;

/** Writes an answer as the rule wants it: delayed, in pieces, compressed, cut. Resolves when it is written or the connection is gone. */
export async function playAnswer(response: ServerResponse, plan: AnswerPlan, behaviour: MockBehaviour, cut: Cut): Promise<void> {
  const gone = goneSignal(response);
  await pause(behaviour.delayMs ?? 0, gone);
  sendInformational(response, behaviour.informational ?? []);
  const bytes = piecesToWrite(plan, behaviour);
  const isOneBody = !plan.isStream && behaviour.trickle === undefined;
  const body = isOneBody ? await encodeWhole(Buffer.concat(bytes), behaviour) : null;
  if (gone.aborted) return;
  response.writeHead(plan.status, {
    ...copyHeaders(plan.headers),
    ...(behaviour.contentEncoding === undefined ? {} : { 'content-encoding': behaviour.contentEncoding }),
    ...(body === null ? {} : { 'content-length': body.length }),
  });
  response.flushHeaders();
  await pause(behaviour.firstByteDelayMs ?? 0, gone);
  const writer = new CuttingWriter(response, behaviour, gone, cut);
  if (body !== null) await writer.write(body);
  else await writePieces(writer, bytes, plan, behaviour, gone);
  await writer.end();
}

async function writePieces(
  writer: CuttingWriter,
  pieces: readonly Buffer[],
  plan: AnswerPlan,
  behaviour: MockBehaviour,
  gone: AbortSignal,
): Promise<void> {
  const encode = streamEncoder(behaviour.contentEncoding);
  const intervalMs = behaviour.trickle?.intervalMs ?? behaviour.intervalMs ?? 0;
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await pause(intervalMs, gone);
    if (gone.aborted) return;
    await writer.write(encode === null ? piece : await encode.flush(piece));
  }
  while (plan.repeat !== null && !gone.aborted) {
    await pause(behaviour.intervalMs ?? DEFAULT_ENDLESS_INTERVAL_MS, gone);
    if (gone.aborted) return;
    await writer.write(encode === null ? plan.repeat : await encode.flush(plan.repeat));
  }
  if (encode !== null && !gone.aborted) await writer.write(await encode.finish());
}

/** Writes until `cutAfterBytes` is reached, then destroys the connection. */
class CuttingWriter {
  readonly #response: ServerResponse;
  readonly #gone: AbortSignal;
  readonly #destroy: Cut;
  readonly #how: 'rst' | 'fin';
  #left: number;

  constructor(response: ServerResponse, behaviour: MockBehaviour, gone: AbortSignal, cut: Cut) {
    this.#destroy = cut;
    this.#response = response;
    this.#gone = gone;
    this.#how = behaviour.cutWith ?? 'rst';
    this.#left = behaviour.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.#gone.aborted || this.#left < 0) return;
    const part = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= part.length;
    if (part.length > 0) await this.#flushed(part);
    if (this.#left <= 0) await this.#cut();
  }

  async end(): Promise<void> {
    if (this.#gone.aborted || this.#left < 0) return;
    await new Promise<void>((resolve) => {
      this.#gone.addEventListener('abort', () => resolve(), { once: true });
      this.#response.end(resolve);
    });
  }

  #flushed(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#gone.removeEventListener('abort', done);
        resolve();
      };
      this.#gone.addEventListener('abort', done, { once: true });
      this.#response.write(bytes, done);
    });
  }

  async #cut(): Promise<void> {
    this.#left = -1;
    await pause(CUT_GRACE_MS, this.#gone);
    this.#destroy(this.#how);
  }
}

function sendInformational(response: ServerResponse, statuses: readonly number[]): void {
  for (const status of statuses) {
    if (status === 100) response.writeContinue();
    else if (status === 102) response.writeProcessing();
    else if (status === 103) response.writeEarlyHints({ link: '</mock>; rel=preload' });
  }
}

function piecesToWrite(plan: AnswerPlan, behaviour: MockBehaviour): readonly Buffer[] {
  if (behaviour.trickle === undefined) return plan.pieces;
  const whole = Buffer.concat([...plan.pieces]);
  const size = Math.max(1, behaviour.trickle.bytes);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => whole.subarray(index * size, (index + 1) * size));
}

async function encodeWhole(body: Buffer, behaviour: MockBehaviour): Promise<Buffer> {
  const encode = streamEncoder(behaviour.contentEncoding);
  if (encode === null) return body;
  return Buffer.concat([await encode.flush(body), await encode.finish()]);
}

interface StreamEncoder {
  /** The encoded bytes of one piece, complete enough to be decoded at once. */
  flush(piece: Buffer): Promise<Buffer>;
  finish(): Promise<Buffer>;
}

function streamEncoder(encoding: MockBehaviour['contentEncoding']): StreamEncoder | null {
  if (encoding === undefined) return null;
  const transform = compressor(encoding);
  let parts: Buffer[] = [];
  transform.on('data', (part: Buffer) => parts.push(part));
  const take = (): Buffer => {
    const bytes = Buffer.concat(parts);
    parts = [];
    return bytes;
  };
  return {
    // The encoder hands its output over in the turn after the callback.
    flush: (piece) => new Promise((resolve) => transform.write(piece, () => transform.flush(() => setImmediate(() => resolve(take()))))),
    finish: () =>
      new Promise((resolve) => {
        transform.once('end', () => resolve(take()));
        transform.end();
      }),
  };
}

function compressor(encoding: NonNullable<MockBehaviour['contentEncoding']>): Transform & { flush(done: () => void): void } {
  switch (encoding) {
    case 'gzip':
      return createGzip();
    case 'deflate':
      return createDeflate();
    case 'br':
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    case 'zstd':
      return createZstdCompress();
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}

function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms <= 0 || gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      gone.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    gone.addEventListener('abort', finish, { once: true });
  });
}

function copyHeaders(headers: AnswerPlan['headers']): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}
