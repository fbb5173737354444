import { parseInstant } from '../../config/parse-instant.ts';
import { previewSecret } from '../../security/tokens/preview-secret.ts';
import type { ViewedEntity } from '../config/config-view.ts';

type Body = Readonly<Record<string, unknown>>;

/** `expired` and `disabled` are refused with 403. */
export const VIRTUAL_KEY_STATES = ['active', 'disabled', 'expired'] as const;

/** A virtual key as it is shown: fields of the configuration, without its secret and the hashes of it. */
export interface VirtualKeyView extends Body {
  readonly id: string;
  readonly name: string;
  /** Beginning and end of the secret; null: nobody wrote them down. */
  readonly preview: string | null;
  readonly enabled: boolean;
  readonly state: (typeof VIRTUAL_KEY_STATES)[number];
  readonly models?: readonly string[];
  readonly providers?: readonly string[];
  readonly limits?: Body;
  /** ISO date or date and time. */
  readonly expiresAt?: string;
  readonly allowFrom?: readonly string[];
  readonly share?: number;
  /** Epoch ms until which the secret before works too; null: it does not. */
  readonly previousUntilMs: number | null;
  readonly revision: number;
  readonly origin: ViewedEntity['origin'];
  /** Epoch ms. */
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}

export function viewOfVirtualKey({ id, body, revision, origin, createdAtMs, updatedAtMs }: ViewedEntity, nowMs: number): VirtualKeyView {
  const { secret, secretHash: _hash, previousSecretHash, previousUntil, preview, ...fields } = body;
  const shown = typeof preview === 'string' ? preview : null;
  const untilMs = typeof previousSecretHash === 'string' && typeof previousUntil === 'string' ? parseInstant(previousUntil) : null;
  return {
    ...fields,
    id,
    name: typeof body['name'] === 'string' ? body['name'] : id,
    preview: typeof secret === 'string' ? previewSecret(secret) : shown,
    enabled: body['enabled'] !== false,
    state: stateOf(body, nowMs),
    previousUntilMs: untilMs !== null && untilMs > nowMs ? untilMs : null,
    revision,
    origin,
    createdAtMs,
    updatedAtMs,
  };
}

function stateOf({ enabled, expiresAt }: Body, nowMs: number): VirtualKeyView['state'] {
  if (enabled === false) return 'disabled';
  const expiresAtMs = typeof expiresAt === 'string' ? parseInstant(expiresAt) : null;
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'active';
}
