import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { GatewayError } from '../../domain/gateway-error.ts';
import { requestTooLarge } from '../../domain/request-too-large.ts';
import { scanTopLevel } from '../../lib/json-bytes.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { checkDeclaredLength, hasBody, readBody } from '../http/read-body.ts';
import { estimateInputTokens, tokensOfBytes } from '../metering/estimate-tokens.ts';
import { isMultipart, peekMultipart } from '../passthrough/peek-multipart.ts';
import { limitStream } from '../passthrough/limit-stream.ts';
import { peekBody } from '../passthrough/peek-body.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { RequestFacts } from './request-facts.ts';

const WANTED = ['model', 'stream', 'stream_options'] as const;
const MOST_DEPTH = 64;
const MOST_MESSAGES = 10_000;
const BODY_IDLE_MS = 30_000;

const NO_BODY: Omit<RequestFacts, 'session'> = {
  publicModel: null,
  stream: false,
  bytes: null,
  passing: null,
  passingLength: null,
  modelSpan: null,
  modelForm: null,
  streamOptionsSpan: null,
  asksUsage: false,
  hasEmptyStreamOptions: false,
  insertAt: -1,
  isEmptyObject: true,
  estimatedInput: 0,
  maxOutput: null,
  storedId: null,
};

/** Reads as much of the request as routing and metering need, and refuses what no upstream should see. */
export async function readRequest(context: GatewayContext, exchange: Exchange): Promise<RequestFacts> {
  const { match, snapshot, request } = exchange;
  const { maxBodyBytes } = snapshot.settings;
  if (match.protocol === 'pass-through' || match.protocol === 'rest') return readPassedRequest(context, exchange);
  checkProtocolBody(exchange);
  checkDeclaredLength(request, maxBodyBytes);
  return jsonFacts(exchange, await readWithDeadline(context, exchange, maxBodyBytes), true);
}

/** Of a call that is only passed on, a JSON body is read for its model; anything else goes by. */
async function readPassedRequest(context: GatewayContext, exchange: Exchange): Promise<RequestFacts> {
  const { request, match, snapshot } = exchange;
  const { maxBodyBytes, maxStreamedBodyBytes } = snapshot.settings;
  const pathFacts = {
    ...NO_BODY,
    publicModel: match.pathModel,
    stream: match.streams ?? false,
    session: sessionHeader(exchange),
    storedId: match.storedId,
  };
  if (!hasBody(request)) return pathFacts;
  const type = request.headers['content-type'] ?? '';
  if (match.protocol === 'rest' || !isJsonType(type) || isPacked(request.headers['content-encoding'])) {
    checkDeclaredLength(request, maxStreamedBodyBytes);
    return isMultipart(type) ? readMultipart(exchange, pathFacts, type) : readPassing(exchange, pathFacts);
  }
  checkDeclaredLength(request, maxBodyBytes);
  const bytes = await readWithDeadline(context, exchange, maxBodyBytes);
  return bytes.length === 0 ? pathFacts : jsonFacts(exchange, bytes, false);
}

function isJsonType(type: string): boolean {
  return type === 'application/json' || /^application\/(?:[\w.+-]+\+)?json\b/i.test(type);
}

function isPacked(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== 'identity';
}

function checkProtocolBody(exchange: Exchange): void {
  const { headers } = exchange.request;
  if (isPacked(headers['content-encoding'])) {
    throw new GatewayError('unsupported_content_encoding', 'request bodies must not be compressed: send them without content-encoding');
  }
  const type = headers['content-type'];
  // A missing type is forgiven (curl -d sends a form's); a type that says something else is not JSON.
  if (type !== undefined && !isJsonType(type) && !type.startsWith('text/plain') && !type.startsWith('application/x-www-form-urlencoded')) {
    throw new GatewayError('unsupported_content_type', 'the request body must be application/json');
  }
}

function readWithDeadline(context: GatewayContext, exchange: Exchange, mostBytes: number): Promise<Buffer> {
  const { wheel, clock } = context;
  const onOver = (): void => {
    wheel.stop(exchange.deadline);
    exchange.whenDue(null);
  };
  wheel.start(exchange.deadline, clock.monotonicMs() + BODY_IDLE_MS);
  return new Promise((resolve, reject) => {
    const stop = readBody(exchange.request, mostBytes, {
      onProgress: () => {
        if (exchange.deadline.linked) wheel.move(exchange.deadline, clock.monotonicMs() + BODY_IDLE_MS);
      },
      onWhole: (bytes) => {
        onOver();
        resolve(bytes);
      },
      onFailure: (error) => {
        onOver();
        reject(error);
      },
    });
    exchange.whenDue(() => {
      stop();
      onOver();
      reject(new GatewayError('request_timeout', `the request body stood still for ${BODY_IDLE_MS / 1000} s`));
    });
  });
}

/** A body that the gateway does not read: a small one is held and can be sent again, a larger one passes behind its head. */
async function readPassing(exchange: Exchange, facts: RequestFacts): Promise<RequestFacts> {
  const { request, snapshot } = exchange;
  const { maxStreamedBodyBytes } = snapshot.settings;
  const { head, isWhole } = await peekBody(request);
  if (head.length > maxStreamedBodyBytes) throw requestTooLarge(maxStreamedBodyBytes);
  const passing = isWhole ? null : (start: Buffer): Readable => limitStream(request, maxStreamedBodyBytes, start);
  return { ...facts, bytes: head, passing, passingLength: isWhole ? null : declaredLength(request) };
}

async function readMultipart(exchange: Exchange, facts: RequestFacts, type: string): Promise<RequestFacts> {
  const { request, snapshot } = exchange;
  const { head, isWhole, rest, model, modelSpan } = await peekMultipart(request, type, snapshot.settings.maxStreamedBodyBytes);
  return {
    ...facts,
    publicModel: model ?? facts.publicModel,
    bytes: head,
    passing: rest,
    passingLength: isWhole ? null : declaredLength(request),
    modelSpan,
    modelForm: 'plain',
    estimatedInput: 0,
  };
}

function declaredLength(request: IncomingMessage): number | null {
  const declared = request.headers['content-length'];
  return declared === undefined ? null : Number(declared);
}

function jsonFacts(exchange: Exchange, bytes: Buffer, isProtocol: boolean): RequestFacts {
  const { match } = exchange;
  const scan = scanTopLevel(bytes, WANTED);
  if (scan.depth > MOST_DEPTH) throw new GatewayError('invalid_request', `the request body is nested deeper than ${MOST_DEPTH} levels`);
  const body = parseBody(bytes);
  if (scan.ambiguous !== null) {
    throw new GatewayError('invalid_request', `the member "${scan.ambiguous}" must stand in the request body once and without escapes`, {
      param: scan.ambiguous,
    });
  }
  const [modelSpan = null, , streamOptionsSpan = null] = scan.values;
  const wire = match.base === null ? null : PROTOCOLS[match.base];
  const named = body['model'];
  if (match.pathModel === null && isProtocol && (typeof named !== 'string' || named === '')) {
    throw new GatewayError('missing_model', 'the request names no model: "model" must be a string', { param: 'model' });
  }
  checkMessages(body);
  const streamOptions = objectAt(body, 'stream_options');
  const publicModel = match.pathModel ?? (typeof named === 'string' && named !== '' ? named : null);
  return {
    publicModel,
    stream: match.streams ?? body['stream'] === true,
    bytes,
    passing: null,
    passingLength: null,
    modelSpan: typeof named === 'string' ? modelSpan : null,
    modelForm: 'json',
    streamOptionsSpan,
    asksUsage: streamOptions['include_usage'] === true,
    hasEmptyStreamOptions: streamOptionsSpan !== null && Object.keys(streamOptions).length === 0,
    insertAt: scan.insertAt,
    isEmptyObject: scan.isEmpty,
    estimatedInput: wire === null ? tokensOfBytes(bytes.length) : estimateInputTokens(body, wire.promptFields),
    maxOutput: wire === null || !isProtocol ? 0 : wire.maxOutputTokens(body),
    session: sessionHeader(exchange) ?? sessionOf(body),
    storedId: match.storedId ?? wire?.neededId?.(body) ?? null,
  };
}

function parseBody(bytes: Buffer): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new GatewayError(
      'invalid_json',
      bytes.length === 0 ? 'the request body is empty: JSON was expected' : 'the request body is not valid JSON',
    );
  }
  if (!isObject(body)) throw new GatewayError('invalid_request', 'the request body must be a JSON object');
  return body;
}

function checkMessages(body: JsonObject): void {
  for (const field of ['messages', 'contents', 'input']) {
    const list = body[field];
    if (field !== 'input' && Array.isArray(list) && list.length > MOST_MESSAGES) {
      throw new GatewayError('invalid_request', `"${field}" holds more than ${MOST_MESSAGES} entries`, { param: field });
    }
  }
}

function sessionHeader(exchange: Exchange): string | null {
  const { headers } = exchange.request;
  const value = headers['x-session-id'] ?? headers['session_id'];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === '' ? null : text.slice(0, 256);
}

/** What ties the requests of one conversation together, as the protocols have it. */
function sessionOf(body: JsonObject): string | null {
  const key = body['prompt_cache_key'] ?? objectAt(body, 'metadata')['user_id'];
  return typeof key === 'string' && key !== '' ? key.slice(0, 256) : null;
}
