/** The tables of the store, as Kysely sees them. Times are epoch ms, money micro-dollars, booleans 0 or 1, JSON text. */
export interface Tables {
  readonly exchanges: ExchangesTable;
  readonly open_exchanges: OpenExchangesTable;
  readonly config_entities: ConfigEntitiesTable;
  readonly config_revisions: ConfigRevisionsTable;
  readonly config_changes: ConfigChangesTable;
  readonly config_head: ConfigHeadTable;
  readonly users: UsersTable;
  readonly sessions: SessionsTable;
  readonly session_tokens: SessionTokensTable;
  readonly data_keys: DataKeysTable;
  readonly store_values: StoreValuesTable;
  readonly store_locks: StoreLocksTable;
  readonly audit_entries: AuditEntriesTable;
  readonly schema_migrations: SchemaMigrationsTable;
}

/** One row for each exchange that reached an upstream. */
export interface ExchangesTable {
  readonly id: string;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly first_byte_ms: number | null;
  readonly status: number;
  readonly outcome: string;
  readonly error_code: string | null;
  readonly protocol: string;
  readonly method: string;
  readonly endpoint: string;
  readonly public_model: string | null;
  readonly provider: string | null;
  readonly upstream_model: string | null;
  readonly answered_model: string | null;
  readonly virtual_key_id: string | null;
  readonly key_id: string | null;
  readonly stream: number;
  readonly usage_input: number;
  readonly usage_cache_read: number;
  readonly usage_cache_write: number;
  readonly usage_output: number;
  readonly usage_reasoning: number;
  readonly usage_audio_input: number;
  readonly usage_audio_output: number;
  readonly usage_provenance: string;
  readonly cost_micro_usd: number;
  readonly price_version: string | null;
  readonly attempts: string;
  readonly trace: string | null;
  readonly client_request_id: string | null;
  readonly revision: number;
}

/** Exchanges that were opened in a segment of the journal that is gone, and not settled yet. */
export interface OpenExchangesTable {
  readonly id: string;
  /** Segment in which it was opened: tells the process that opened it. */
  readonly segment: number;
  readonly record: string;
  /** Journal and process that opened it: several gateways may share a database. Empty in rows from before schema 2. */
  readonly owner: string;
}

/** The configuration in force: providers, keys, virtual keys, settings, each by itself. */
export interface ConfigEntitiesTable {
  readonly kind: string;
  readonly id: string;
  readonly place: number;
  /** JSON; secrets in it are sealed. */
  readonly body: string;
  /** The revision that wrote it last. */
  readonly revision: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ConfigRevisionsTable {
  readonly number: number;
  readonly at: number;
  readonly author_kind: string;
  readonly author_id: string;
  readonly author_name: string;
  readonly summary: string;
  /** JSON, for people: what changed, without secrets. */
  readonly changes: string;
}

/** What a revision did to each thing, both sides whole, so that it can be undone. */
export interface ConfigChangesTable {
  readonly revision: number;
  readonly number: number;
  readonly kind: string;
  readonly id: string;
  readonly place_before: number | null;
  readonly body_before: string | null;
  readonly place_after: number | null;
  readonly body_after: string | null;
}

/** One row: the number of the latest revision. Whoever changes the configuration holds it. */
export interface ConfigHeadTable {
  readonly id: number;
  readonly revision: number;
}

export interface UsersTable {
  readonly id: string;
  readonly name: string;
  /** The name in lower case. */
  readonly name_key: string;
  readonly role: string;
  readonly is_enabled: number;
  readonly version: number;
  readonly password_hash: string | null;
  readonly identity: string | null;
  /** SHA-256 of the identity, which may be too long for an index. */
  readonly identity_hash: string | null;
  /** Sealed; null: no second factor, and the other columns of it mean nothing. */
  readonly totp_secret: string | null;
  readonly totp_confirmed: number;
  readonly totp_last_step: number | null;
  /** JSON. */
  readonly recovery_hashes: string;
  readonly created_at: number;
  readonly last_login_at: number | null;
}

export interface SessionsTable {
  readonly id: string;
  readonly kind: string;
  readonly user_id: string;
  readonly account_version: number;
  /** SHA-256 of the present token. */
  readonly token_hash: string;
  readonly started_at: number;
  readonly last_seen_at: number;
  readonly ended_at: number | null;
  readonly end_reason: string | null;
  readonly address: string;
  readonly user_agent: string;
}

/** Every token that a session ever had. */
export interface SessionTokensTable {
  readonly token_hash: string;
  readonly session_id: string;
}

export interface DataKeysTable {
  readonly id: string;
  readonly sealed: string;
  readonly created_at: number;
  readonly seals: number;
}

/** Single values, such as the check of the master key. */
export interface StoreValuesTable {
  readonly name: string;
  readonly value: string;
  readonly updated_at: number;
}

/** A transaction that has to be alone of its kind writes its row first. */
export interface StoreLocksTable {
  readonly name: string;
  readonly taken: number;
}

export interface AuditEntriesTable {
  readonly id: string;
  readonly at: number;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string | null;
  readonly revision: number | null;
  /** JSON. */
  readonly changes: string;
}

export interface SchemaMigrationsTable {
  readonly version: number;
  readonly name: string;
  readonly applied_at: number;
}
