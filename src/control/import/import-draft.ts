import type { ProviderConfig, VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';

/** Programs whose data can be taken over. */
export const IMPORT_SOURCES = ['llm-apikey-lb', 'llm-gateway', 'llm-proxy', 'api-key-rotator'] as const;

export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** What a note is about. */
export type ImportSubject = 'provider' | 'key' | 'virtual key' | 'model' | 'field' | 'table' | 'whole';

/** Something of the old data that is not carried as it was. Holds no secret. */
export interface ImportNote {
  /** `left-out`: not carried. `changed`: carried in another form. `told`: good to know. */
  readonly kind: 'left-out' | 'changed' | 'told';
  readonly subject: ImportSubject;
  /** Places in the old data, as `keys[3]`; at least one. */
  readonly where: readonly string[];
  /** What it is, and what to do instead; the end of a sentence that begins with the places. */
  readonly message: string;
}

/** What an older program's data become here. Every field of them is in it or named in a note. */
export interface ImportDraft {
  readonly source: ImportSource;
  readonly providers: readonly ProviderConfig[];
  /** Secrets are kept as hashes only. */
  readonly virtualKeys: readonly VirtualKeyConfig[];
  readonly notes: readonly ImportNote[];
}
