import { headerValue, type HttpHeaders } from '../../lib/http-headers.ts';
import { acceptsEncoding, isIdentity } from '../upstream/decode-content.ts';
import { canDecode } from '../upstream/decoding-sink.ts';

/** How an upstream answer is taken: held whole, or relayed as events, as a streamed array, or as bytes. */
export type AnswerForm = 'held' | 'events' | 'array' | 'bytes';

export interface AnswerSigns {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Answers of a model protocol are read; of anything else only what is small is. */
  readonly isModelCall: boolean;
  /** The client asked for a stream. */
  readonly isStream: boolean;
  /** The path alone says that the answer streams. */
  readonly streamsByPath: boolean;
  /** The answer is brought back from another protocol: it is read whole, or event by event. */
  readonly isTranslated: boolean;
  /** A name must be restored in the answer. */
  readonly isRenamed: boolean;
  readonly isHead: boolean;
  /** The client's Accept-Encoding. */
  readonly acceptEncoding: string | undefined;
}

/** A JSON answer of unknown use up to this size is held, so that its figures can be read. */
const MOST_READ_BYTES = 8 * 1024 * 1024;
const JSON_TYPE = /\bjson\b/i;

export function isRefusal(status: number): boolean {
  return status >= 400 || (status >= 300 && status !== 304);
}

/** The form of an answer, and whether it is unpacked on its way. */
export function answerForm(signs: AnswerSigns): { readonly form: AnswerForm; readonly isUnpacked: boolean } {
  const { status, headers, isModelCall } = signs;
  if (isRefusal(status)) return HELD;
  const type = headerValue(headers, 'content-type') ?? '';
  const encoding = headerValue(headers, 'content-encoding') ?? '';
  const isPlain = isIdentity(encoding);
  const isReadable = isPlain || canDecode(encoding);
  if (isModelCall) {
    if (signs.isTranslated && !signs.isStream) return HELD;
    const isEvents = /^text\/event-stream\b/i.test(type) || (signs.isStream && !/\bjson\b|^text\/html/i.test(type));
    if (isEvents && isReadable) return { form: 'events', isUnpacked: !isPlain };
    // Gemini streams a JSON array when it is not asked for events.
    if (signs.streamsByPath && !signs.isTranslated && JSON_TYPE.test(type) && isReadable) return { form: 'array', isUnpacked: !isPlain };
    return HELD;
  }
  const length = headerValue(headers, 'content-length');
  const isSmallJson = JSON_TYPE.test(type) && length !== undefined && Number(length) <= MOST_READ_BYTES;
  const mustRename = signs.isRenamed && JSON_TYPE.test(type);
  const hasNoBody = signs.isHead || status === 204 || status === 304;
  if (isSmallJson || mustRename || hasNoBody) return HELD;
  // Packed text is unpacked even for a client that could: a provider key that an upstream echoes must be seen to be blanked.
  const mayStayPacked = acceptsEncoding(signs.acceptEncoding, encoding) && !/^text\/|\b(?:json|xml)\b/i.test(type);
  return { form: 'bytes', isUnpacked: !isPlain && isReadable && !mayStayPacked };
}

const HELD = { form: 'held', isUnpacked: false } as const;
