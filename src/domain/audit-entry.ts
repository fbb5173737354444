/** Who did it: a signed-in user, the admin token, somebody at the machine itself, a virtual key, or somebody who was not let in. */
export type AuditActorKind = 'user' | 'admin-token' | 'machine' | 'virtual-key' | 'nobody';

/** One changed field, as `limits.requestsPerMinute`. Null where there was or is nothing; secrets are masked before they come here. */
export interface AuditEntryChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One act in the administration, as it is kept. It holds no secret. */
export interface AuditEntry {
  /** UUIDv7. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly actorKind: AuditActorKind;
  readonly actorId: string | null;
  /** As it was then: users are renamed and deleted. */
  readonly actorName: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  /** As `user.create`, `login.failed`. */
  readonly action: string;
  /** As `user`, `session`, `provider`. */
  readonly subjectKind: string;
  readonly subjectId: string | null;
  /** The revision of the configuration that the act made; null: none. */
  readonly revision: number | null;
  readonly changes: readonly AuditEntryChange[];
}
