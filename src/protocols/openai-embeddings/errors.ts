import { decodeOpenaiError, findOpenaiError, openaiErrorBody } from '../openai-error-shape.ts';

export const embeddingErrorBody = openaiErrorBody;
export const findEmbeddingError = findOpenaiError;
export const decodeEmbeddingError = decodeOpenaiError;
