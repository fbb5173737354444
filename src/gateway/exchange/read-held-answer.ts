import type { Failure } from '../../domain/failure.ts';
import type { Usage } from '../../domain/usage.ts';
import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import { findPath, splice } from '../../lib/json-bytes.ts';
import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { WireProtocol } from '../../protocols/wire-protocol.ts';
import type { Lease } from '../key-pool/lease.ts';
import { redactWhole } from '../streaming/secret-filter.ts';
import { classifyAnswer, malformedAnswer } from '../upstream/classify-failure.ts';
import { acceptsEncoding } from '../upstream/decode-content.ts';
import { isRefusal } from './answer-form.ts';
import type { AttemptOutcome, HeldAnswer } from './attempt-outcome.ts';
import type { Exchange } from './exchange.ts';
import type { TranslatedOperation, WrittenAnswer } from './translated/translated-operation.ts';

export interface HeldReading {
  readonly outcome: AttemptOutcome;
  readonly usage: Usage | null;
  readonly answeredModel: string | null;
}

/** An upstream answer that came whole. */
export interface WholeAnswer {
  readonly raw: Buffer;
  /** The same unpacked, or the same; null when it cannot be unpacked. */
  readonly decoded: Buffer | null;
  readonly status: number;
  readonly headers: HttpHeaders;
}

/** Says what a whole upstream answer is: good, an error to classify, or something that the protocol does not allow. */
export function readHeldAnswer(
  whole: WholeAnswer,
  exchange: Exchange,
  lease: Lease,
  wire: WireProtocol | null,
  restoreModel: string | null,
  translated: TranslatedOperation | null,
  nowMs: number,
): HeldReading {
  const { raw, decoded, status, headers } = whole;
  if (decoded === null)
    return nothing({ kind: 'failed', failure: malformedAnswer('the answer is packed in a way that cannot be read'), answer: null });
  const { sentSecret } = exchange;
  const secret = Buffer.from(sentSecret.length >= 8 ? sentSecret : '');
  const clean = redactWhole(decoded, secret);
  if (isRefusal(status)) {
    const failure = classifyAnswer(status, headers, decoded, lease.target.provider.failures, nowMs);
    return nothing({ kind: 'failed', failure, answer: { status, headers, body: clean, encoding: null } });
  }
  const held = (body: Buffer): HeldAnswer => {
    const encoding = headerValue(headers, 'content-encoding');
    const mayStayPacked =
      raw !== decoded && body === decoded && acceptsEncoding(headerValue(exchange.request.headers, 'accept-encoding'), encoding ?? '');
    return { status, headers, body: mayStayPacked ? raw : body, encoding: mayStayPacked ? (encoding ?? null) : null };
  };
  if (wire === null) return readPassed(exchange, clean, decoded, headers, restoreModel, held);
  const json = parseJson(decoded);
  if (!isObject(json))
    return nothing({
      kind: 'failed',
      failure: malformedAnswer(decoded.length === 0 ? 'the answer is empty' : 'the answer is not a JSON object'),
      answer: null,
    });
  const error = wire.findError(json);
  if (error !== null) return nothing({ kind: 'failed', failure: errorInside(), answer: held(clean) });
  if (!wire.isAnswer(json)) return nothing({ kind: 'failed', failure: malformedAnswer(`the answer is not one of ${wire.name}`), answer: null });
  if (translated !== null) {
    // What is told to the client is made from the answer without its secrets.
    const told = clean === decoded ? json : parseJson(clean);
    const written = translated.readAnswer(wire, isObject(told) ? told : json);
    if (written === null) return nothing({ kind: 'failed', failure: malformedAnswer('the answer lacks what was asked for'), answer: null });
    return readTranslated(written, headers, wire.readUsage(json));
  }
  exchange.storedId = wire.storedId?.(json) ?? null;
  const renamed = restoreName(clean, wire.modelPath, restoreModel);
  return { outcome: { kind: 'answer', answer: held(renamed) }, usage: wire.readUsage(json), answeredModel: nameAt(json, wire.modelPath) };
}

function readTranslated(written: WrittenAnswer, headers: HttpHeaders, usage: Usage | null): HeldReading {
  const { 'content-type': _type, ...rest } = headers;
  const type = written.isStream ? 'text/event-stream; charset=utf-8' : 'application/json';
  const answer = { status: 200, headers: { ...rest, 'content-type': type }, body: Buffer.from(written.body), encoding: null };
  return { outcome: { kind: 'answer', answer }, usage: written.usage ?? usage, answeredModel: written.model?.slice(0, 191) ?? null };
}

function errorInside(): Failure {
  return malformedAnswer('an error came with status 200');
}

function nothing(outcome: AttemptOutcome): HeldReading {
  return { outcome, usage: null, answeredModel: null };
}

/** An answer of which only the usual OpenAI members are known. */
function readPassed(
  exchange: Exchange,
  clean: Buffer,
  decoded: Buffer,
  headers: HttpHeaders,
  restoreModel: string | null,
  held: (body: Buffer) => HeldAnswer,
): HeldReading {
  const json = /\bjson\b/i.test(headerValue(headers, 'content-type') ?? '') ? parseJson(decoded) : undefined;
  if (!isObject(json)) return nothing({ kind: 'answer', answer: held(clean) });
  const usage = isObject(json['usage']) ? readAnyUsage(json) : null;
  const { base } = exchange.match;
  if (base !== null) exchange.storedId = PROTOCOLS[base].storedId?.(json) ?? null;
  return { outcome: { kind: 'answer', answer: held(restoreName(clean, ['model'], restoreModel)) }, usage, answeredModel: nameAt(json, ['model']) };
}

function readAnyUsage(json: JsonObject): Usage | null {
  const usage = json['usage'];
  const isResponses = isObject(usage) && 'input_tokens' in usage;
  return PROTOCOLS[isResponses ? 'openai-responses' : 'openai-chat'].readUsage(json);
}

function restoreName(bytes: Buffer, path: readonly string[], name: string | null): Buffer {
  if (name === null || path.length === 0) return bytes;
  const span = findPath(bytes, path);
  return span === null || bytes[span.start] !== 0x22 ? bytes : splice(bytes, span, JSON.stringify(name));
}

function nameAt(json: JsonObject, path: readonly string[]): string | null {
  const [name] = path;
  const value = name === undefined ? json['modelVersion'] : json[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 191) : null;
}
