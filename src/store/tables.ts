/** The tables of the store, as Kysely sees them. Times are epoch ms, money micro-dollars, booleans 0 or 1, JSON text. */
export interface Tables {
  readonly exchanges: ExchangesTable;
  readonly open_exchanges: OpenExchangesTable;
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

export interface SchemaMigrationsTable {
  readonly version: number;
  readonly name: string;
  readonly applied_at: number;
}
