import type { Target } from '../../../config/snapshot.ts';
import type { ProtocolName } from '../../../domain/protocol.ts';
import type { EncodeTarget } from '../../../protocols/translation.ts';

/** For whom a request is written in this protocol. */
export function encodeTarget({ provider, model }: Target, via: ProtocolName): EncodeTarget {
  if (model === null) throw new Error('a call that names no model is not translated');
  return { model: model.upstreamModel, traits: provider.traitsOf(via, model) };
}
