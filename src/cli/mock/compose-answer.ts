import type { MockBehaviour, MockUsage } from './mock-rule.ts';
import type { RecordedRequest } from './mock-upstream.ts';
import type { ReceivedBody } from './received-body.ts';
import type { QuotaState } from './script-state.ts';
import type { PathVendor, VendorName } from './vendor-of-path.ts';
import { jsonAnswer } from './vendors/vendor-answer.ts';
import type { AnswerInput, VendorAnswer } from './vendors/vendor-answer.ts';
import { vendorErrorBody } from './vendors/vendor-error.ts';

/** An answer that is ready to be written. */
export interface AnswerPlan {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly pieces: readonly Buffer[];
  /** Pieces go out one by one and without a declared length. */
  readonly isStream: boolean;
  /** The piece that is repeated for ever, for never-ending streams. */
  readonly repeat: Buffer | null;
}

const DEFAULT_TEXT = 'Hello from the mock upstream.';
const DEFAULT_USAGE: Required<MockUsage> = { input: 12, cacheRead: 4, output: 6, reasoning: 2 };

/** Decides status, headers and bytes of an answer from the rule, the quota, the vendor's checks and the vendor's own format. */
export function composeAnswer(
  rule: MockBehaviour,
  quota: QuotaState | null,
  vendor: PathVendor,
  request: RecordedRequest,
  body: ReceivedBody | null,
): AnswerPlan {
  const behaviour = behaviourOf(rule, quota, vendor, request);
  const status = behaviour.status ?? (behaviour.redirect === undefined ? 200 : 307);
  const answer = withFailure(behaviour, vendor.vendor, answerOf(behaviour, status, vendor, request, body));
  const headers = {
    ...answer.headers,
    ...(quota === null ? {} : quotaHeaders(quota, vendor.vendor)),
    ...retryHeaders(behaviour),
    ...(behaviour.redirect === undefined ? {} : { location: behaviour.redirect }),
    ...lowerCased(behaviour.headers ?? {}),
  };
  return withComments(behaviour, answer, status, headers);
}

function behaviourOf(rule: MockBehaviour, quota: QuotaState | null, { vendor }: PathVendor, request: RecordedRequest): MockBehaviour {
  if (quota?.exceeded === true) return { status: 429, retryAfterSeconds: Math.ceil(quota.resetSeconds) };
  if (request.refusal !== null) return { status: 400, body: vendorErrorBody(vendor, 400, { message: request.refusal }) };
  return rule;
}

/** Ends a stream with the vendor's own error behind some of its content. */
function withFailure({ streamError }: MockBehaviour, vendor: VendorName, answer: VendorAnswer): VendorAnswer {
  if (streamError === undefined || answer.repeat === undefined || answer.failure === undefined) return answer;
  const { status, message, afterEvents = 1 } = streamError;
  const sent = answer.pieces.slice(0, answer.repeat + afterEvents);
  const error = vendorErrorBody(vendor, status, message === undefined ? {} : { message });
  return { ...answer, pieces: [...sent, ...answer.failure(error, sent.length)] };
}

function withComments(behaviour: MockBehaviour, answer: VendorAnswer, status: number, headers: AnswerPlan['headers']): AnswerPlan {
  const pieces = answer.pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece));
  const comment = Buffer.from(answer.comment ?? ': keep-alive\n\n', 'utf8');
  const isStream = answer.repeat !== undefined;
  if (behaviour.commentsOnly === true) return { status, headers, pieces: [], isStream: true, repeat: comment };
  const leading = Array.from({ length: behaviour.comments ?? 0 }, () => comment);
  if (behaviour.endless === true && answer.repeat !== undefined) {
    const repeat = pieces[answer.repeat] ?? comment;
    return { status, headers, pieces: [...leading, ...pieces.slice(0, answer.repeat)], isStream: true, repeat };
  }
  return { status, headers, pieces: isStream ? [...leading, ...pieces] : pieces, isStream, repeat: null };
}

function answerOf(behaviour: MockBehaviour, status: number, vendor: PathVendor, request: RecordedRequest, body: ReceivedBody | null): VendorAnswer {
  if (behaviour.raw !== undefined || behaviour.rawBase64 !== undefined) return rawAnswer(behaviour);
  if (typeof behaviour.body === 'string') return { headers: { 'content-type': 'text/plain; charset=utf-8' }, pieces: [behaviour.body] };
  if (behaviour.body !== undefined) return jsonAnswer(behaviour.body);
  if (behaviour.redirect !== undefined || status === 204 || status === 304) return { headers: {}, pieces: [] };
  if (status >= 400) return jsonAnswer(vendorErrorBody(vendor.vendor, status, { retrySeconds: behaviour.retryAfterSeconds }));
  if (vendor.make === null) return jsonAnswer(echoOf(request, body));
  return vendor.make(answerInput(behaviour, request, body));
}

function answerInput(behaviour: MockBehaviour, request: RecordedRequest, body: ReceivedBody | null): AnswerInput {
  return {
    number: request.number,
    model: request.model ?? 'mock-model',
    json: body?.json ?? null,
    url: request.url,
    words: textWords(behaviour),
    thoughts: behaviour.thinking === undefined ? null : splitWords(behaviour.thinking),
    toolCalls: behaviour.toolCalls ?? [],
    usage: behaviour.omitUsage === true ? null : { ...DEFAULT_USAGE, ...(behaviour.usage === undefined ? {} : zeroed(behaviour.usage)) },
  };
}

function zeroed(usage: MockUsage): Required<MockUsage> {
  return { cacheRead: 0, reasoning: 0, ...usage };
}

/** An answer of nothing but calls has no text. */
function textWords(behaviour: MockBehaviour): readonly string[] {
  const hasCalls = behaviour.toolCalls !== undefined && behaviour.toolCalls.length > 0;
  if (hasCalls && (behaviour.text ?? '') === '') return [];
  return wordsOf(behaviour.text ?? DEFAULT_TEXT, behaviour.chunks);
}

/** Splits a text before its spaces. */
function splitWords(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** The words of a text, one empty one when there are none; repeated until there are `count` pieces when a count is asked. */
function wordsOf(text: string, count: number | undefined): readonly string[] {
  const found = splitWords(text);
  const words = found.length === 0 ? [''] : found;
  if (count === undefined) return words;
  return Array.from({ length: count }, (_, index) => {
    const word = words[index % words.length] ?? '';
    return index > 0 && index % words.length === 0 ? ` ${word}` : word;
  });
}

function rawAnswer(behaviour: MockBehaviour): VendorAnswer {
  const { raw, rawBase64, writeSizes } = behaviour;
  const pieces = rawBase64 !== undefined ? [Buffer.from(rawBase64, 'base64')] : [raw ?? []].flat().map((text) => Buffer.from(text, 'utf8'));
  return {
    headers: { 'content-type': 'text/event-stream' },
    pieces: writeSizes === undefined || writeSizes.length === 0 ? pieces : split(Buffer.concat(pieces), writeSizes),
    repeat: 0,
  };
}

function split(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

function echoOf(request: RecordedRequest, body: ReceivedBody | null): object {
  const received = { bytes: body?.bytes ?? 0, sha256: body?.sha256 ?? '' };
  if (request.method === 'POST' && /\/files(\?|$)/.test(request.url)) {
    return { id: `file-mock${request.number}`, object: 'file', created_at: 1_795_000_000, purpose: 'assistants', status: 'processed', ...received };
  }
  return { method: request.method, url: request.url, headers: request.headers, ...received };
}

function quotaHeaders(quota: QuotaState, vendor: VendorName): Readonly<Record<string, string>> {
  if (vendor === 'gemini') return {};
  if (vendor === 'anthropic') {
    return {
      'anthropic-ratelimit-requests-limit': String(quota.limit),
      'anthropic-ratelimit-requests-remaining': String(quota.remaining),
      'anthropic-ratelimit-requests-reset': new Date(Date.now() + quota.resetSeconds * 1000).toISOString(),
    };
  }
  return {
    'x-ratelimit-limit-requests': String(quota.limit),
    'x-ratelimit-remaining-requests': String(quota.remaining),
    'x-ratelimit-reset-requests': `${quota.resetSeconds.toFixed(3)}s`,
  };
}

function retryHeaders(behaviour: MockBehaviour): Readonly<Record<string, string>> {
  if (behaviour.retryAfterSeconds !== undefined) return { 'retry-after': String(behaviour.retryAfterSeconds) };
  if (behaviour.retryAfterDateSeconds === undefined) return {};
  return { 'retry-after': new Date(Date.now() + behaviour.retryAfterDateSeconds * 1000).toUTCString() };
}

function lowerCased(headers: Readonly<Record<string, string | readonly string[]>>): Readonly<Record<string, string | readonly string[]>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
