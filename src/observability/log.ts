import { destination, pino, stdTimeFunctions } from 'pino';
import type { ExchangeRecord } from '../domain/exchange-record.ts';
import { describeError } from './describe-error.ts';
import { LOG_FIELD_NAMES, type LogFields } from './log-fields.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Tells an operator of something that is wrong; may be passed on as a function of its own. */
  readonly problem: (sentence: string) => void;
  /** One line for an exchange, at level debug only. */
  logExchange(record: ExchangeRecord): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes secrets out of a text; see security/redactor.ts. */
  readonly redactor: { redact(text: string): string };
  /** Gets each line with its newline; stderr when absent. */
  readonly write?: (line: string) => void;
  /** Gets each line as well, after it was written. */
  readonly copy?: (line: string) => void;
}

const STDERR = 2;
const MOST_CHARACTERS = 8000;
/** Characters that some readers of logs take for the end of a line, or that turn the order of what follows, and which JSON leaves as they are. */
const MISLEADING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

type Serialize = (fields: LogFields) => Record<string, unknown>;

/** A log of JSON lines. */
export function createLog({ level, redactor, write, copy }: LogOptions): Log {
  const clean = (text: string): string => redactor.redact(text).slice(0, MOST_CHARACTERS).replaceAll(MISLEADING, escapeCharacter);
  const serialize: Serialize = (fields) => serializeFields(fields, clean);
  // Written at once: the last line before a crash is the one that matters.
  const target = withCopy(write === undefined ? destination({ fd: STDERR, sync: true }) : { write }, copy);
  const lines = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } }, target);
  const say =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      // The message is no format: it goes in as a value.
      if (lines.isLevelEnabled(at)) lines[at]({ ...serialize(fields), msg: clean(message) });
    };
  const error = say('error');
  const debug = say('debug');
  return {
    debug,
    info: say('info'),
    warn: say('warn'),
    error,
    problem: (sentence) => error(sentence),
    logExchange: (record) => {
      if (lines.isLevelEnabled('debug')) debug('exchange', exchangeFields(record));
    },
  };
}

function withCopy(target: { write(line: string): unknown }, copy: ((line: string) => void) | undefined): { write(line: string): void } {
  const write = (line: string): void => {
    target.write(line);
    copy?.(line);
  };
  return { write };
}

function serializeFields(fields: LogFields, clean: (text: string) => string): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  for (const name of LOG_FIELD_NAMES) {
    const value: unknown = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string') line[name] = clean(value);
    else if (typeof value === 'number' || typeof value === 'boolean') line[name] = value;
  }
  if (fields.error !== undefined) line['error'] = describeError(fields.error, clean);
  return line;
}

function exchangeFields(record: ExchangeRecord): LogFields {
  const { usage } = record;
  return {
    exchangeId: record.id,
    protocol: record.protocol,
    method: record.method,
    endpoint: record.endpoint,
    ...(record.publicModel === null ? {} : { publicModel: record.publicModel }),
    ...(record.provider === null ? {} : { provider: record.provider }),
    ...(record.upstreamModel === null ? {} : { upstreamModel: record.upstreamModel }),
    ...(record.keyId === null ? {} : { key: record.keyId }),
    ...(record.virtualKeyId === null ? {} : { virtualKey: record.virtualKeyId }),
    status: record.status,
    outcome: record.outcome,
    ...(record.errorCode === null ? {} : { code: record.errorCode }),
    durationMs: record.durationMs,
    ...(record.firstByteMs === null ? {} : { firstByteMs: record.firstByteMs }),
    attempts: record.attempts.length,
    stream: record.stream,
    inputTokens: usage.input + usage.cacheRead + usage.cacheWrite,
    outputTokens: usage.output,
    costMicroUsd: record.costMicroUsd,
  };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
