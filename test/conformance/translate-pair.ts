import { TextOperation } from '../../src/gateway/exchange/translated/text-operation.ts';
import type { WrittenRequest } from '../../src/gateway/exchange/translated/translated-operation.ts';
import { translateRefusal } from '../../src/gateway/exchange/translated/translate-refusal.ts';
import { findLosses } from '../../src/gateway/routing/find-losses.ts';
import { EventTranslator } from '../../src/gateway/streaming/event-translator.ts';
import type { JsonObject } from '../../src/lib/json-reading.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import type { EncodeTarget } from '../../src/protocols/translation.ts';
import { UNKNOWN_MODEL_TRAITS } from '../../src/domain/model-traits.ts';
import type { TextProtocol } from './inputs/inputs.ts';

export const TARGET: EncodeTarget = { model: 'upstream-model', traits: { ...UNKNOWN_MODEL_TRAITS, maxOutputTokens: 8192 } };

/** One client's call to an upstream of another protocol, without a network between them. */
export class Pair {
  readonly client: TextProtocol;
  readonly upstream: TextProtocol;

  constructor(client: TextProtocol, upstream: TextProtocol) {
    this.client = client;
    this.upstream = upstream;
  }

  operation(request: JsonObject, stream = false): TextOperation {
    return new TextOperation(PROTOCOLS[this.client], request, {
      requestId: '0190a000-0000-7000-8000-000000000001',
      publicModel: 'public',
      stream,
      framing: 'sse',
      now: 1_795_000_002,
      items: { remember: () => {}, find: () => null },
    });
  }

  /** What the upstream is told, and what the policies would say of it. */
  request(body: JsonObject): WrittenRequest & { readonly losses: object } {
    const operation = this.operation(body);
    const upstream = PROTOCOLS[this.upstream];
    return { ...operation.write(upstream, TARGET), losses: findLosses(operation.wish, operation.carries(upstream, TARGET)) };
  }

  /** What the client is told of a whole answer. */
  answer(request: JsonObject, answer: JsonObject): unknown {
    return JSON.parse(this.operation(request).readAnswer(PROTOCOLS[this.upstream], answer).body);
  }

  /** What the client is told of a stream that comes in these pieces. */
  stream(request: JsonObject, pieces: readonly Buffer[]): { readonly text: string; readonly end: string } {
    const blocks: Buffer[] = [];
    let end = '';
    const stream = this.operation(request, true).createStream(PROTOCOLS[this.upstream]);
    const translator = new EventTranslator(
      { ...stream, secret: '', mayComment: false },
      {
        onFirst: (problem) => {
          if (problem !== null) end = problem;
        },
        onBlock: (bytes) => void blocks.push(bytes),
        onDone: (how, last) => {
          end = how;
          if (last !== null) blocks.push(last);
        },
      },
    );
    for (const piece of pieces) translator.onData(piece);
    translator.onEnd();
    return { text: Buffer.concat(blocks).toString('utf8'), end };
  }

  /** What the client is told of an upstream's refusal. */
  refusal({ status, body }: { readonly status: number; readonly body: JsonObject }): { readonly status: number; readonly body: unknown } {
    const told = translateRefusal(
      { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)), encoding: null },
      PROTOCOLS[this.upstream],
      PROTOCOLS[this.client],
      '0190a000-0000-7000-8000-000000000001',
    );
    return { status: told.status, body: JSON.parse(told.body.toString('utf8')) };
  }
}
