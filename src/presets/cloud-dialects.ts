import type { Dialect } from '../domain/dialect.ts';

const AZURE_API_VERSION = { 'api-version': '2024-10-21' };
const DEPLOYMENT = { path: '/deployments/{model}{path}' };

/** Azure OpenAI before `/openai/v1`: the deployment stands in the path, the version in the query. */
export const AZURE_DEPLOYMENT: Dialect = {
  calls: { answer: DEPLOYMENT, stream: DEPLOYMENT, other: DEPLOYMENT },
  query: AZURE_API_VERSION,
};

/** Azure's Responses of the same time know no deployments in the path. */
export const AZURE_VERSIONED: Dialect = { query: AZURE_API_VERSION };

const INVOKE = { remove: ['model', 'stream'], set: { anthropic_version: 'bedrock-2023-05-31' } };

/** Claude through Amazon Bedrock's InvokeModel. It counts tokens in another form only, so counting is not offered. */
export const BEDROCK_ANTHROPIC: Dialect = {
  calls: {
    answer: { path: '/model/{model}/invoke', ...INVOKE },
    stream: { path: '/model/{model}/invoke-with-response-stream', ...INVOKE },
  },
  withoutQuery: true,
  // Its own accept names the form of the whole answer, and defaults to the right one.
  withoutHeaders: ['anthropic-version', 'anthropic-beta', 'accept'],
  betaMember: 'anthropic_beta',
  framing: 'aws-event-stream',
  foreignErrors: true,
};

const RAW_PREDICT = { remove: ['model'], set: { anthropic_version: 'vertex-2023-10-16' } };

/** Claude on Vertex AI. Tokens are counted at one address for all models, which reads the model in the body. */
export const VERTEX_ANTHROPIC: Dialect = {
  calls: {
    answer: { path: '/publishers/anthropic/models/{model}:rawPredict', ...RAW_PREDICT },
    stream: { path: '/publishers/anthropic/models/{model}:streamRawPredict', ...RAW_PREDICT },
    count: { path: '/publishers/anthropic/models/count-tokens:rawPredict', set: RAW_PREDICT.set },
  },
  withoutQuery: true,
  withoutHeaders: ['anthropic-version'],
  foreignErrors: true,
};

/** Gemini on Vertex AI; its embeddings have another form and are not offered. */
export const VERTEX_GEMINI: Dialect = {
  calls: {
    answer: { path: '/publishers/google/models/{model}:generateContent' },
    stream: { path: '/publishers/google/models/{model}:streamGenerateContent' },
    count: { path: '/publishers/google/models/{model}:countTokens' },
  },
};
