import type { GatewayError } from '../../domain/gateway-error.ts';
import { findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const completionErrorBody = openaiErrorBody;
export const findCompletionError = findOpenaiError;

/** An error in mid-stream is a data event with an error object; the official client throws on it. */
export function completionErrorEvent(error: GatewayError): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}
