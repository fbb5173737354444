import type { Dialect } from './dialect.ts';
import type { ModelTraits } from './model-traits.ts';
import type { ProtocolName } from './protocol.ts';
import type { Price } from './price.ts';

/** How a provider key proves itself in an upstream request. */
export type AuthScheme = PlainAuth | AwsAuth | GoogleAuth;

/** The key itself goes out. */
export interface PlainAuth {
  readonly in: 'header' | 'query';
  /** Header name in lower case, or query parameter. */
  readonly name: string;
  /** Word before the secret, as `Bearer`; absent: the bare secret. */
  readonly scheme?: string;
}

/** The key signs the request (AWS Signature Version 4). Its secret is `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`. */
export interface AwsAuth {
  readonly in: 'aws-sigv4';
  /** Null in presets: the region that the address names. */
  readonly region: string | null;
  readonly service: string;
}

/** The key is a service account that gets access tokens. Its secret is the account's JSON, as it is or in base64. */
export interface GoogleAuth {
  readonly in: 'google-service-account';
  readonly scope: string;
}

/** Texts and codes by which a vendor says what went wrong. Matched case-insensitively in an error body of at most 64 KiB. */
export interface FailureHints {
  /** Signs that a 429 or 402 or 403 is about money. */
  readonly outOfQuota?: readonly string[];
  /** Signs that a 429 holds for the whole account and not for one model. */
  readonly accountWide?: readonly string[];
  /** Signs that a 403 is about the model and not about the key. */
  readonly modelForbidden?: readonly string[];
  /** Signs that a 404 or 400 means "no such model". */
  readonly modelMissing?: readonly string[];
  /** Signs that a 400 is really a rejected key (Gemini answers 400 API_KEY_INVALID). */
  readonly keyRejected?: readonly string[];
}

/** A vendor as data. */
export interface Preset {
  /** Slug, as written in `preset:`. */
  readonly id: string;
  /** Name for people. */
  readonly label: string;
  /** Base URL by protocol; used as written, so it carries its own `/v1`. Empty for presets whose address the operator must give. */
  readonly protocols: Readonly<Partial<Record<ProtocolName, string>>>;
  /** Path that a bare origin written by the operator gets; absent: the protocol's usual one (`/v1`, for Gemini `/v1beta`). */
  readonly usualPath?: string;
  readonly auth: AuthScheme;
  /** Auth that differs for one protocol of the vendor (Anthropic-like endpoints of OpenAI-like vendors, Gemini's OpenAI layer). */
  readonly authByProtocol?: Readonly<Partial<Record<ProtocolName, AuthScheme>>>;
  /** How the vendor speaks a protocol where that differs from the protocol's own service. */
  readonly dialects?: Readonly<Partial<Record<ProtocolName, Dialect>>>;
  /** The protocol in which the vendor is best spoken to by clients of a protocol that it does not speak; absent: the first that it has. */
  readonly translateTo?: ProtocolName;
  /** Part of a model's name → the only protocol in which the vendor offers such models; for vendors that do not offer all models in all protocols. */
  readonly protocolByModel?: Readonly<Record<string, ProtocolName>>;
  /** What an address looks like, for vendors without a fixed one; told when the operator left it out. */
  readonly addressExample?: string;
  /** Constant headers, for instance a version that the vendor requires. The client's own value of a forwarded header wins. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Client headers that this vendor understands, in lower case, besides those every protocol forwards. */
  readonly forwardHeaders?: readonly string[];
  /** Environment variables whose value (a comma list) makes a provider of this preset when no file is configured. */
  readonly env?: readonly string[];
  /** Which family of model names is sent here when nothing lists them: see model resolution. */
  readonly family?: 'openai' | 'anthropic' | 'gemini' | 'deepseek';
  /** Models that the vendor is known to offer, shown by /v1/models for providers that accept any model. */
  readonly models?: readonly string[];
  readonly failures?: FailureHints;
  /** False when the vendor refuses `stream_options.include_usage`. */
  readonly streamUsage?: boolean;
  /** A service on the operator's own machine or network: works without a key, private addresses allowed. */
  readonly local?: boolean;
}

/** What a model of a vendor takes in a protocol, as far as it is known. */
export type FindTraits = (presetId: string, protocol: ProtocolName, upstreamModel: string) => ModelTraits;

/** Presets by id. */
export type PresetCatalogue = ReadonlyMap<string, Preset>;

/** Price and limits of one model as the bundled catalogue knows them. */
export interface CatalogueModel {
  readonly price: Price;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
}

/** The bundled price list. `find` knows vendor spellings: with and without a date suffix or a `vendor/` prefix. */
export interface PriceCatalogue {
  /** Version of the list, kept with every cost. */
  readonly version: string;
  find(presetId: string, upstreamModel: string): CatalogueModel | undefined;
}
