import type { CanonicalError } from '../../domain/canonical/canonical-error.ts';
import { openaiErrorBody } from '../openai-error-shape.ts';

/**
 * Embeddings never stream, so there is no machine that writes events. The one event that a client can ever see is the error with which we end
 * an upstream's stream that broke; it has chat's form.
 */
export function embeddingErrorEvent(error: CanonicalError): string {
  return `data: ${openaiErrorBody(error)}\n\n`;
}
