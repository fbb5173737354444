import type { CanonicalEmbeddingRequest, CanonicalEmbeddingResponse } from '../../domain/canonical/canonical-embedding.ts';
import { isObject, objectAt, type JsonObject } from '../../lib/json-reading.ts';
import type { EmbeddingTranslation, EncodeTarget } from '../translation.ts';
import { camelCaseNames } from './camel-case-names.ts';
import { readObject, readObjects, readString, readWhole, refuseField } from './client-fields.ts';
import { callPath, resourceName } from './model-path.ts';
import { UnmappedMembers } from './unmapped-members.ts';
import { readGenerateUsage } from './usage.ts';

/** The path names the model. */
const KNOWN = new Set(['model', 'content', 'taskType', 'outputDimensionality']);
const KNOWN_OF_BATCH = new Set(['model', 'requests']);

/** `:embedContent` (one text) and `:batchEmbedContents` (a list); upstream it is always the list. */
export const generateEmbeddings: EmbeddingTranslation = {
  decodeRequest: decodeEmbeddingRequest,
  encodeRequest: encodeEmbeddingRequest,
  decodeResponse: decodeEmbeddingResponse,
  encodeResponse: (response, request) => {
    const vectors = response.vectors.map((values) => ({ values }));
    return JSON.stringify(request.isSingle ? { embedding: vectors[0] ?? { values: [] } } : { embeddings: vectors });
  },
};

function decodeEmbeddingRequest(body: JsonObject): CanonicalEmbeddingRequest {
  const normal = camelCaseNames(body);
  const unmapped = new UnmappedMembers();
  const isSingle = normal['requests'] === undefined || normal['requests'] === null;
  if (!isSingle) unmapped.addUnknown(normal, KNOWN_OF_BATCH, '');
  const requests = isSingle ? [normal] : readObjects(normal, 'requests', 'requests');
  if (requests.length === 0) throw refuseField('requests', 'must not be empty');
  const read = requests.map((request, index) => readEmbedding(request, isSingle ? '' : `requests[${index}]`, unmapped));
  const [first] = read;
  for (const [index, each] of read.entries()) {
    // Elsewhere one call has one of each.
    if (each.taskType !== first?.taskType) unmapped.add(`requests[${index}].taskType`, 'substance');
    if (each.dimensions !== first?.dimensions) unmapped.add(`requests[${index}].outputDimensionality`, 'substance');
  }
  return {
    source: 'gemini-generate',
    inputs: read.map(({ text }) => text),
    dimensions: first?.dimensions ?? null,
    taskType: first?.taskType ?? null,
    encoding: 'float',
    isSingle,
    unmapped: unmapped.list(),
  };
}

function readEmbedding(
  request: JsonObject,
  path: string,
  unmapped: UnmappedMembers,
): { readonly text: string; readonly taskType: string | null; readonly dimensions: number | null } {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  unmapped.addUnknown(request, KNOWN, path);
  const content = readObject(request, 'content', at('content'));
  if (content === null) throw refuseField(at('content'), 'is missing');
  const texts = readObjects(content, 'parts', at('content.parts')).map((part, index) => {
    const place = at(`content.parts[${index}]`);
    const text = readString(part, 'text', `${place}.text`);
    if (text === null) throw refuseField(place, 'must be text');
    return text;
  });
  const text = texts.join('');
  if (text === '') throw refuseField(at('content'), 'must not be empty');
  const taskType = readString(request, 'taskType', at('taskType'));
  return {
    text,
    taskType: taskType === '' || taskType === 'TASK_TYPE_UNSPECIFIED' ? null : taskType,
    dimensions: readWhole(request, 'outputDimensionality', at('outputDimensionality'), 1),
  };
}

function encodeEmbeddingRequest(request: CanonicalEmbeddingRequest, target: EncodeTarget): ReturnType<EmbeddingTranslation['encodeRequest']> {
  const model = resourceName(target.model);
  const wishes = {
    ...(request.taskType === null ? {} : { taskType: request.taskType }),
    ...(request.dimensions === null ? {} : { outputDimensionality: request.dimensions }),
  };
  return {
    path: callPath(target.model, 'batchEmbedContents'),
    query: '',
    body: { requests: request.inputs.map((text) => ({ model, content: { parts: [{ text }] }, ...wishes })) },
    headers: {},
    dropped: [],
  };
}

function decodeEmbeddingResponse(body: JsonObject): CanonicalEmbeddingResponse {
  const { embeddings } = body;
  const list: readonly unknown[] = Array.isArray(embeddings) ? embeddings : 'embedding' in body ? [objectAt(body, 'embedding')] : [];
  return {
    model: '',
    vectors: list.map((each) => {
      const values: readonly unknown[] = isObject(each) && Array.isArray(each['values']) ? each['values'] : [];
      return values.map(Number);
    }),
    usage: readGenerateUsage(body),
  };
}
