type Json = Readonly<Record<string, unknown>>;

const JSON_BODY = { required: true, content: { 'application/json': { schema: { type: 'object' } } } };
const SECURITY = [{ bearer: [] }, { virtualKey: [] }];

/** Paths of clients for the API document: their bodies are the vendors' own, which describe them. Path → method → operation. */
export const DATA_PLANE_OPERATIONS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  '/v1/chat/completions': { post: call('Chat completions, as OpenAI has them; also at /chat/completions.') },
  '/v1/responses': { post: call('Responses, as OpenAI has them; also at /responses.') },
  '/v1/completions': { post: call('Legacy completions; also at /completions.') },
  '/v1/embeddings': { post: call('Embeddings; also at /embeddings.') },
  '/v1/messages': { post: call('Messages, as Anthropic has them; also at /messages.') },
  '/v1/messages/count_tokens': { post: call('How many tokens a message has.') },
  '/v1beta/models/{model}:generateContent': { post: call('Content, as Gemini has it.', ['model']) },
  '/v1beta/models/{model}:streamGenerateContent': { post: call('The same as a stream: events with alt=sse, else a JSON array.', ['model']) },
  '/v1beta/models/{model}:countTokens': { post: call('How many tokens a request has.', ['model']) },
  '/v1/models': { get: read('The models that this caller may use; also at /models.') },
  '/v1/models/{id}': { get: read('One of them.', ['id']) },
  '/health': { get: open('Lives while the process does.') },
  '/health/live': { get: open('The same, in a word.') },
  '/health/ready': { get: open('Whether requests can be served, and what is wrong.') },
};

function call(summary: string, parameters: readonly string[] = []): Json {
  return { ...read(summary, parameters), requestBody: JSON_BODY };
}

function read(summary: string, parameters: readonly string[] = []): Json {
  return { ...open(summary), ...(parameters.length === 0 ? {} : { parameters: parameters.map(inPath) }), security: SECURITY };
}

function open(summary: string): Json {
  return { tags: ['data plane'], summary, responses: { 200: { description: 'Good.' } }, security: [] };
}

function inPath(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}
