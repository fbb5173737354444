import type { Target } from '../../config/snapshot.ts';
import type { Rejection } from '../../domain/decision.ts';
import type { ProviderId } from '../../domain/ids.ts';

/** Live state as routing needs it; reading it changes nothing. */
export interface LiveView {
  /** Appends what of this target cannot serve now, at most until `into` holds `most`; gives back how many there were. */
  listRejections(target: Target, into: Rejection[], most: number): number;
  /** The provider's credit in the rotation among providers of one public model. */
  credit(provider: ProviderId, publicModel: string): number;
  /** Share of its weight that the target has while it recovers, 0..1. */
  recoveredShare(target: Target): number;
}
