import type { CanonicalEmbeddingRequest } from '../../../domain/canonical/canonical-embedding.ts';
import type { Feature } from '../../../domain/canonical/feature.ts';
import type { JsonObject } from '../../../lib/json-reading.ts';
import type { EmbeddingTranslation, EncodeTarget } from '../../../protocols/translation.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Wish } from '../../routing/find-losses.ts';
import type { OperationCall, TranslatedOperation, WrittenAnswer, WrittenRequest } from './translated-operation.ts';

const NO_FEATURES: ReadonlySet<Feature> = new Set();

/** A call for embeddings, between two protocols. */
export class EmbeddingOperation implements TranslatedOperation {
  readonly wish: Wish;
  readonly leftOut: ReadonlySet<string> = new Set();
  readonly #client: EmbeddingTranslation;
  readonly #request: CanonicalEmbeddingRequest;
  readonly #publicModel: string;

  /** Throws what the client's own protocol would refuse. */
  constructor(client: WireProtocol, body: JsonObject, call: OperationCall) {
    this.#client = embeddingsOf(client);
    this.#publicModel = call.publicModel;
    this.#request = this.#client.decodeRequest(body, { model: call.publicModel, stream: false });
    this.wish = { features: NO_FEATURES, names: {}, unmapped: this.#request.unmapped };
  }

  carries(): ReadonlySet<Feature> {
    return NO_FEATURES;
  }

  write(via: WireProtocol, target: EncodeTarget): WrittenRequest {
    const written = embeddingsOf(via).encodeRequest(this.#request, target);
    return { ...written, dropped: [...written.dropped, ...this.#request.unmapped.map(({ field }) => field)] };
  }

  readAnswer(via: WireProtocol, body: JsonObject): WrittenAnswer | null {
    const response = embeddingsOf(via).decodeResponse(body);
    const { vectors } = response;
    // Vectors are known by their places: with one too few, all may belong to other texts.
    if (vectors.length !== this.#request.inputs.length || !vectors.every(isVector)) return null;
    return {
      body: this.#client.encodeResponse(response, this.#request, this.#publicModel),
      isStream: false,
      usage: response.usage,
      model: response.model === '' ? null : response.model,
    };
  }

  createStream(): null {
    return null;
  }

  letGo(): void {
    // Embeddings are told whole: there is no long answer for whose time the request would be held.
  }
}

function isVector(numbers: readonly number[]): boolean {
  return numbers.length > 0 && numbers.every(Number.isFinite);
}

function embeddingsOf(protocol: WireProtocol): EmbeddingTranslation {
  if (protocol.embeddings === undefined) throw new Error(`${protocol.name} makes no embeddings`);
  return protocol.embeddings;
}
