import type { Target } from '../../config/snapshot.ts';
import type { ProtocolName } from '../../domain/protocol.ts';
import type { Losses, TranslationPolicy } from './find-losses.ts';

/** How a call could be told to targets that do not speak its protocol, and what that would cost. */
export interface RoutingTranslation {
  readonly policy: TranslationPolicy;
  /** The protocol in which the call is told to this target; null: it speaks none that could. */
  via(target: Target): ProtocolName | null;
  /** What would be lost; null for a request that cannot be read. */
  losses(target: Target, via: ProtocolName): Losses | null;
  /** What the operator says that this model cannot do although the request asks for it, in the client's spelling. */
  lacking(target: Target): readonly string[];
}
