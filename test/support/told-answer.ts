import assert from 'node:assert/strict';
import type { ClientAnswer, OpenAnswer } from './http-client.ts';
import { pick, pickList, pickText } from './pick.ts';
import type { SseEvent } from './sse-reader.ts';

/** An error as a protocol tells it. */
export interface ToldError {
  readonly message: string;
  /** The gateway's or the vendor's code; empty: none. */
  readonly code: string;
  /** The field at fault; empty where none is named. */
  readonly param: string;
}

/** What a client of some protocol understood of an answer. */
export interface Told {
  readonly status: number;
  readonly headers: ClientAnswer['headers'];
  readonly text: string;
  /** The answer says that it ended in order. */
  readonly isFinished: boolean;
  /** Null: none was told. */
  readonly error: ToldError | null;
}

/** How one protocol's clients read answers. */
interface Reading {
  text(body: unknown): string;
  isFinished(body: unknown): boolean;
  eventText(event: unknown): string;
  isFinish(event: unknown): boolean;
  /** Null: no error of this protocol's form. */
  error(body: unknown): ToldError | null;
}

function openaiError(body: unknown): ToldError | null {
  const error = pick(body, 'error');
  if (typeof pick(error, 'message') !== 'string' || typeof pick(error, 'type') !== 'string') return null;
  return { message: pickText(error, 'message'), code: pickText(error, 'code'), param: pickText(error, 'param') };
}

function partTexts(parts: readonly unknown[], type: string): string {
  return parts.map((part) => (type === '' || pick(part, 'type') === type ? pickText(part, 'text') : '')).join('');
}

const READINGS: Readonly<Record<string, Reading>> = {
  'openai-chat': {
    text: (body) => pickText(body, 'choices', 0, 'message', 'content'),
    isFinished: (body) => pickText(body, 'choices', 0, 'finish_reason') !== '',
    eventText: (event) => pickText(event, 'choices', 0, 'delta', 'content'),
    isFinish: (event) => pickText(event, 'choices', 0, 'finish_reason') !== '',
    error: openaiError,
  },
  'openai-responses': {
    text: (body) =>
      pickList(body, 'output')
        .map((item) => partTexts(pickList(item, 'content'), 'output_text'))
        .join(''),
    isFinished: (body) => pick(body, 'status') === 'completed',
    eventText: (event) => (pick(event, 'type') === 'response.output_text.delta' ? pickText(event, 'delta') : ''),
    isFinish: (event) => pick(event, 'type') === 'response.completed' || pick(event, 'type') === 'response.incomplete',
    error: (body) => {
      if (pick(body, 'type') !== 'error') return openaiError(body);
      return { message: pickText(body, 'message'), code: pickText(body, 'code'), param: pickText(body, 'param') };
    },
  },
  'openai-completions': {
    text: (body) => pickText(body, 'choices', 0, 'text'),
    isFinished: (body) => pickText(body, 'choices', 0, 'finish_reason') !== '',
    eventText: (event) => pickText(event, 'choices', 0, 'text'),
    isFinish: (event) => pickText(event, 'choices', 0, 'finish_reason') !== '',
    error: openaiError,
  },
  'anthropic-messages': {
    text: (body) => partTexts(pickList(body, 'content'), 'text'),
    isFinished: (body) => pickText(body, 'stop_reason') !== '',
    eventText: (event) => pickText(event, 'delta', 'text'),
    isFinish: (event) => pick(event, 'type') === 'message_stop' || pickText(event, 'delta', 'stop_reason') !== '',
    error: (body) => {
      const error = pick(body, 'error');
      if (pick(body, 'type') !== 'error' || typeof pick(error, 'type') !== 'string') return null;
      return { message: pickText(error, 'message'), code: pickText(error, 'code'), param: '' };
    },
  },
  'gemini-generate': {
    text: (body) => partTexts(pickList(body, 'candidates', 0, 'content', 'parts'), ''),
    isFinished: (body) => pickText(body, 'candidates', 0, 'finishReason') !== '',
    eventText: (event) => partTexts(pickList(event, 'candidates', 0, 'content', 'parts'), ''),
    isFinish: (event) => pickText(event, 'candidates', 0, 'finishReason') !== '',
    error: (body) => {
      const error = pick(body, 'error');
      if (typeof pick(error, 'code') !== 'number' || typeof pick(error, 'status') !== 'string') return null;
      const details = pickList(error, 'details');
      const field = details.map((detail) => pickText(detail, 'fieldViolations', 0, 'field')).find((name) => name !== '');
      return { message: pickText(error, 'message'), code: pickText(details[0], 'reason'), param: field ?? '' };
    },
  },
};

/** Reads a whole answer as a client of this protocol does. An error answer must be an error of that protocol. */
export function readWhole(protocol: string, answer: ClientAnswer): Told {
  const reading = READINGS[protocol] ?? assert.fail(protocol);
  const { status, headers } = answer;
  const body = answer.json();
  const error = reading.error(body);
  assert.equal(error !== null, status >= 400, `${status} ${answer.text}`);
  return { status, headers, text: reading.text(body), isFinished: error === null && reading.isFinished(body), error };
}

/** Reads a stream as a client of this protocol does. Nothing may follow an error but the event that says the answer failed. */
export async function readStream(protocol: string, answer: OpenAnswer): Promise<Told> {
  const reading = READINGS[protocol] ?? assert.fail(protocol);
  const { status, headers } = answer;
  if (status >= 400) return refusedStream(reading, answer);
  assert.match(String(headers['content-type']), /^text\/event-stream/u);
  const events = await Array.fromAsync(answer.events);
  let text = '';
  let isFinished = false;
  let error: ToldError | null = null;
  for (const event of events) {
    if (event.data === '[DONE]') continue;
    const data = JSON.parse(event.data) as unknown;
    assert.ok(error === null || pick(data, 'type') === 'response.failed', `behind an error: ${event.data}`);
    text += reading.eventText(data);
    if (reading.isFinish(data)) isFinished = true;
    error ??= errorOfEvent(reading, protocol, event, data);
  }
  const hasMark = events.some(({ data }) => data === '[DONE]');
  if (protocol === 'openai-chat' || protocol === 'openai-completions') assert.equal(hasMark, error === null && isFinished, 'the mark of the end');
  return { status, headers, text, isFinished, error };
}

function errorOfEvent(reading: Reading, protocol: string, { event }: SseEvent, data: unknown): ToldError | null {
  const isNamed = protocol === 'anthropic-messages' || protocol === 'openai-responses';
  return isNamed && event !== 'error' ? null : reading.error(data);
}

async function refusedStream(reading: Reading, answer: OpenAnswer): Promise<Told> {
  const parts: Buffer[] = [];
  for await (const part of answer.bytes) parts.push(part);
  const body = Buffer.concat(parts).toString('utf8');
  const error = reading.error(JSON.parse(body));
  assert.ok(error !== null, body);
  return { status: answer.status, headers: answer.headers, text: '', isFinished: false, error };
}
