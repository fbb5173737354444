import { droppedFields } from '../../../domain/canonical/drops.ts';
import type { CanonicalRequest } from '../../../domain/canonical/canonical-request.ts';
import type { Feature } from '../../../domain/canonical/feature.ts';
import { fingerprint } from '../../../domain/canonical/fingerprint.ts';
import { responseEvents } from '../../../domain/canonical/response-events.ts';
import type { JsonObject } from '../../../lib/json-reading.ts';
import type { AnswerContext, EncodeTarget, EventDecoder, EventEncoder, TextTranslation } from '../../../protocols/translation.ts';
import type { ItemMemory, WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Wish } from '../../routing/find-losses.ts';
import { textOf } from './text-of.ts';
import type { OperationCall, TranslatedOperation, WrittenAnswer, WrittenRequest } from './translated-operation.ts';

/** A call for text, between two protocols. */
export class TextOperation implements TranslatedOperation {
  readonly wish: Wish;
  readonly leftOut = new Set<string>();
  readonly #client: TextTranslation;
  readonly #call: OperationCall;
  /** Null: the client will not name items of this answer. */
  readonly #memory: ItemMemory | null;
  #request: CanonicalRequest;

  /** Throws what the client's own protocol would refuse. */
  constructor(client: WireProtocol, body: JsonObject, call: OperationCall) {
    this.#client = textOf(client);
    this.#call = call;
    this.#memory = client.madeItems?.isWanted(body) === true ? client.madeItems : null;
    const whole = client.madeItems?.putBack(body, (id) => call.items.find(id)) ?? body;
    this.#request = this.#client.decodeRequest(whole, { model: call.publicModel, stream: call.stream });
    this.wish = { features: fingerprint(this.#request), names: this.#request.featureNames, unmapped: this.#request.unmapped };
  }

  carries(via: WireProtocol, target: EncodeTarget): ReadonlySet<Feature> {
    return textOf(via).carries(target);
  }

  write(via: WireProtocol, target: EncodeTarget): WrittenRequest {
    this.leftOut.clear();
    const { path, query, headers, body, dropped } = textOf(via).encodeRequest(this.#request, target);
    const { featureNames, unmapped } = this.#request;
    return { path, query, headers, body, dropped: droppedFields(dropped, featureNames, unmapped) };
  }

  readAnswer(via: WireProtocol, body: JsonObject): WrittenAnswer {
    this.#noteLeftOut(via.leftOut?.(body));
    const response = textOf(via).decodeResponse(body, { requestId: this.#call.requestId });
    const { usage } = response;
    const model = response.model === '' ? null : response.model;
    if (!this.#call.stream) {
      const text = this.#client.encodeResponse(response, this.#answerContext());
      this.#remember(this.#memory?.ofAnswer(text));
      return { body: text, isStream: false, usage, model };
    }
    // Asked for a stream, the upstream answered whole: the client gets its stream all the same.
    const encoder = this.#createEncoder();
    const told = responseEvents(response).reduce((text, event) => text + encoder.encode(event), '');
    return { body: told, isStream: this.#call.framing === 'sse', usage, model };
  }

  createStream(via: WireProtocol): { readonly decoder: EventDecoder; readonly encoder: EventEncoder } {
    const decoder = textOf(via).createEventDecoder({ requestId: this.#call.requestId });
    return { decoder: via.leftOut === undefined ? decoder : this.#watched(decoder, via.leftOut), encoder: this.#createEncoder() };
  }

  /** The decoder, with a note of what it passes over. */
  #watched(decoder: EventDecoder, leftOut: (event: JsonObject) => readonly string[]): EventDecoder {
    return {
      decode: (name, data, out) => {
        this.#noteLeftOut(leftOut(data));
        decoder.decode(name, data, out);
      },
      get isFinal() {
        return decoder.isFinal;
      },
      close: (out) => decoder.close(out),
    };
  }

  #noteLeftOut(names: readonly string[] = []): void {
    for (const name of names) this.leftOut.add(`answer.${name}`);
  }

  #createEncoder(): EventEncoder {
    const encoder = this.#client.createEventEncoder(this.#answerContext());
    const memory = this.#memory;
    if (memory === null) return encoder;
    return {
      encode: (event) => {
        const frames = encoder.encode(event);
        if (event.type === 'end') this.#remember(memory.ofStreamEnd(frames));
        return frames;
      },
    };
  }

  #remember(items: readonly { readonly id: string; readonly item: string }[] = []): void {
    for (const { id, item } of items) this.#call.items.remember(id, item);
  }

  letGo(): void {
    // A long stream must not hold a long prompt.
    this.#request = { ...this.#request, turns: [] };
  }

  #answerContext(): AnswerContext {
    const { requestId, publicModel, now, framing } = this.#call;
    return { requestId, publicModel, now, framing, request: this.#request };
  }
}
