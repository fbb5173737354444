/** Strings that cross room borders are branded, so that one kind is never passed for another. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Slug of a configured provider, `[a-z0-9][a-z0-9-]{0,62}`. */
export type ProviderId = Branded<'ProviderId'>;
/** Id of a provider key, unique within its provider's pool. */
export type ProviderKeyId = Branded<'ProviderKeyId'>;
/** Id of a virtual key, unique in the configuration. */
export type VirtualKeyId = Branded<'VirtualKeyId'>;
/** The name that a client writes in `model`. */
export type PublicModel = Branded<'PublicModel'>;
/** The name that is sent to the provider. */
export type UpstreamModel = Branded<'UpstreamModel'>;
/** SHA-256 of a virtual key's secret, lower-case hex. */
export type VirtualKeyHash = Branded<'VirtualKeyHash'>;
/** Id of an exchange: a UUIDv7, also the `x-request-id` of its answer and the key of its ledger row. */
export type ExchangeId = Branded<'ExchangeId'>;
