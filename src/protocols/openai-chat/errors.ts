import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import { decodeOpenaiError, findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const chatErrorBody = openaiErrorBody;
export const findChatError = findOpenaiError;
export const decodeChatError = decodeOpenaiError;

/** An error in mid-stream is a data event with an error object; the official client throws on it. */
export function chatErrorEvent(error: CanonicalError): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}
