import type { Target } from '../../../config/snapshot.ts';
import type { Feature } from '../../../domain/canonical/feature.ts';
import { GatewayError } from '../../../domain/gateway-error.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import { PROTOCOLS } from '../../../protocols/registry.ts';
import type { WireProtocol } from '../../../protocols/wire-protocol.ts';
import type { Operation } from '../../http/match-path.ts';
import { chooseSpoken } from '../../routing/choose-spoken.ts';
import { findLosses, type Losses, type TranslationPolicy } from '../../routing/find-losses.ts';
import type { RoutingTranslation } from '../../routing/routing-translation.ts';
import { kindOfOperation } from '../kind-of-operation.ts';
import type { RequestFacts } from '../request-facts.ts';
import { encodeTarget } from './encode-target.ts';
import { openOperation, servesOperation } from './open-operation.ts';
import type { OperationCall, TranslatedOperation } from './translated-operation.ts';

/** What the operator can say that a model does, and the features that need it. */
const NEEDS: Readonly<Record<'tools' | 'images' | 'jsonSchema' | 'thinking', readonly Feature[]>> = {
  tools: ['tools'],
  images: ['images'],
  jsonSchema: ['json-schema'],
  thinking: ['thinking'],
};

/** What an exchange would be in other protocols. Its request is read when the first target asks for it, once. */
export class ExchangeTranslation implements RoutingTranslation {
  readonly policy: TranslationPolicy;
  readonly client: WireProtocol;
  readonly #describe: () => OperationCall;
  readonly #facts: RequestFacts;
  readonly #operation: Operation;
  #read: TranslatedOperation | null = null;
  /** Why the request cannot be read. */
  #refusal: GatewayError | null = null;

  /** `describe`: nearly every exchange stays in its own protocol and does without. */
  constructor(policy: TranslationPolicy, describe: () => OperationCall, facts: RequestFacts, protocol: ProtocolName, operation: Operation) {
    this.policy = policy;
    this.client = PROTOCOLS[protocol];
    this.#describe = describe;
    this.#facts = facts;
    this.#operation = operation;
  }

  get refusal(): GatewayError | null {
    return this.#refusal;
  }

  /** The call, read. Throws what its own protocol would refuse. */
  operation(): TranslatedOperation {
    this.#read ??= openOperation(this.#facts.bytes, this.#describe(), this.client, this.#operation);
    return this.#read;
  }

  via(target: Target): ProtocolName | null {
    return chooseSpoken(target, kindOfOperation(this.#operation, this.#facts.stream), servesOperation(this.#operation));
  }

  losses(target: Target, via: ProtocolName): Losses | null {
    const operation = this.#tryRead();
    if (operation === null) return null;
    const wire = PROTOCOLS[via];
    const aim = encodeTarget(target, via);
    const losses = findLosses(operation.wish, operation.carries(wire, aim));
    if (this.policy !== 'strict' || losses.state.length > 0) return losses;
    // What a target may have to drop is more than what it drops of this very request: where nothing may be lost, it is written to see.
    return { hints: operation.write(wire, aim).dropped, substance: [], state: [] };
  }

  lacking(target: Target): readonly string[] {
    const capabilities = target.model?.capabilities;
    const operation = capabilities === undefined ? null : this.#tryRead();
    if (capabilities === undefined || operation === null) return [];
    const { features, names } = operation.wish;
    const lacked = (Object.keys(NEEDS) as (keyof typeof NEEDS)[]).filter((each) => !capabilities.has(each)).flatMap((each) => NEEDS[each]);
    return lacked.filter((feature) => features.has(feature)).map((feature) => names[feature] ?? feature);
  }

  /** The answer has begun: the request is not written again. */
  letGo(): void {
    this.#read?.letGo();
  }

  #tryRead(): TranslatedOperation | null {
    if (this.#refusal !== null) return null;
    try {
      return this.operation();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#refusal = error;
      return null;
    }
  }
}
