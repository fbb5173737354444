import { droppedFields } from '../../../domain/canonical/drops.ts';
import type { CanonicalRequest } from '../../../domain/canonical/canonical-request.ts';
import type { Feature } from '../../../domain/canonical/feature.ts';
import { fingerprint } from '../../../domain/canonical/fingerprint.ts';
import type { JsonObject } from '../../../lib/json-reading.ts';
import type { CountTranslation, EncodeTarget } from '../../../protocols/translation.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Wish } from '../../routing/find-losses.ts';
import { textOf } from './text-of.ts';
import type { OperationCall, TranslatedOperation, WrittenAnswer, WrittenRequest } from './translated-operation.ts';

/** A question for the number of tokens of a request, between two protocols. */
export class CountOperation implements TranslatedOperation {
  readonly wish: Wish;
  readonly leftOut: ReadonlySet<string> = new Set();
  readonly #client: CountTranslation;
  readonly #request: CanonicalRequest;

  /** Throws what the client's own protocol would refuse. */
  constructor(client: WireProtocol, body: JsonObject, call: OperationCall) {
    this.#client = countingOf(client);
    this.#request = this.#client.decodeRequest(body, { model: call.publicModel, stream: false });
    this.wish = { features: fingerprint(this.#request), names: this.#request.featureNames, unmapped: this.#request.unmapped };
  }

  carries(via: WireProtocol, target: EncodeTarget): ReadonlySet<Feature> {
    return textOf(via).carries(target);
  }

  write(via: WireProtocol, target: EncodeTarget): WrittenRequest {
    const { path, query, headers, body, dropped } = countingOf(via).encodeRequest(this.#request, target);
    const { featureNames, unmapped } = this.#request;
    return { path, query, headers, body, dropped: droppedFields(dropped, featureNames, unmapped) };
  }

  readAnswer(via: WireProtocol, body: JsonObject): WrittenAnswer | null {
    const tokens = countingOf(via).decodeCount(body);
    return tokens === null ? null : { body: this.#client.encodeCount(tokens), isStream: false, usage: null, model: null };
  }

  createStream(): null {
    return null;
  }

  letGo(): void {
    // Counts are told whole: there is no long answer for whose time the request would be held.
  }
}

function countingOf(protocol: WireProtocol): CountTranslation {
  if (protocol.counting === undefined) throw new Error(`${protocol.name} counts no tokens`);
  return protocol.counting;
}
