import type { Preset } from '../../domain/preset.ts';
import type { ProtocolName } from '../../domain/protocol.ts';

/** A vendor as a form shows it. */
export interface PresetView {
  readonly id: string;
  readonly label: string;
  /** Base URL by protocol; empty: the operator gives the address. */
  readonly protocols: Readonly<Partial<Record<ProtocolName, string>>>;
  /** How the key is sent, or what is made of it. */
  readonly auth: Preset['auth']['in'];
  readonly addressExample: string | null;
  /** Variables that make a provider of it. */
  readonly env: readonly string[];
  /** Models that it is known to offer; it may have others. */
  readonly models: readonly string[];
  /** A service of the operator's own, which needs no key. */
  readonly local: boolean;
}

export function viewPreset({ id, label, protocols, auth, addressExample, env, models, local }: Preset): PresetView {
  return {
    id,
    label,
    protocols,
    auth: auth.in,
    addressExample: addressExample ?? null,
    env: env ?? [],
    models: models ?? [],
    local: local ?? false,
  };
}
