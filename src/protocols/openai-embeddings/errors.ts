export { openaiErrorBody as embeddingErrorBody, findOpenaiError as findEmbeddingError } from '../openai-error-shape.ts';
import type { GatewayError } from '../../domain/gateway-error.ts';
import { openaiErrorBody } from '../openai-error-shape.ts';

/** Embeddings do not stream; an upstream that does so all the same is answered in chat's form. */
export function embeddingErrorEvent(error: GatewayError): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}
