import type { GatewayError } from '../../domain/gateway-error.ts';
import { findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const chatErrorBody = openaiErrorBody;
export const findChatError = findOpenaiError;

/** An error in mid-stream is a data event with an error object; the official client throws on it. */
export function chatErrorEvent(error: GatewayError): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}
