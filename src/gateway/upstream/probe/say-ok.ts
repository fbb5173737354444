import type { CompiledProvider } from '../../../config/snapshot.ts';
import type { PublicModel, UpstreamModel } from '../../../domain/ids.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import type { JsonObject } from '../../../lib/json-reading.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { ProbeCall } from './probe-request.ts';

const MOST_TOKENS = 16;

/** The smallest request that makes a model answer; of a protocol that embeds, one that it embeds. Null: the protocol does neither. */
export function askForOk(provider: CompiledProvider, protocol: ProtocolName, model: string): ProbeCall | null {
  const wire = PROTOCOLS[protocol];
  const upstreamModel = model as UpstreamModel;
  const listed = [...provider.models.values()].find((candidate) => candidate.upstreamModel === upstreamModel);
  const target = { model, traits: provider.traitsOf(protocol, listed ?? { publicModel: model as PublicModel, upstreamModel }) };
  const written = wire.text?.encodeRequest(sayOk(model), target) ?? wire.embeddings?.encodeRequest(embedOk(model), target);
  if (written === undefined) return null;
  const { path, query, headers, body } = written;
  return { protocol, kind: 'answer', method: 'POST', path, query, headers, body: Buffer.from(JSON.stringify(body)), model };
}

/** The words of an answer; null where it is vectors, or has no words. */
export function readAnswerText(protocol: ProtocolName, body: JsonObject): string | null {
  const { text } = PROTOCOLS[protocol];
  const parts = text?.decodeResponse(body, { requestId: 'probe' }).choices[0]?.parts ?? null;
  return parts === null ? null : parts.map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join('');
}

type Decoded<Kind extends 'text' | 'embeddings'> = ReturnType<NonNullable<(typeof PROTOCOLS)[ProtocolName][Kind]>['decodeRequest']>;

function sayOk(model: string): Decoded<'text'> {
  const { text } = PROTOCOLS['openai-chat'];
  if (text === undefined) throw new Error('openai-chat writes text');
  const body = { model, max_tokens: MOST_TOKENS, messages: [{ role: 'user', content: 'Say OK' }] };
  return text.decodeRequest(body, { model, stream: false });
}

function embedOk(model: string): Decoded<'embeddings'> {
  const { embeddings } = PROTOCOLS['openai-embeddings'];
  if (embeddings === undefined) throw new Error('openai-embeddings embeds');
  return embeddings.decodeRequest({ model, input: 'OK' }, { model, stream: false });
}
