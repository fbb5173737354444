/** What a call of a protocol asks for, as far as hosts give each an address of its own. `count`: tokens of a request; `other`: all the rest. */
export type CallKind = 'answer' | 'stream' | 'count' | 'other';

/** How a host speaks a protocol where it differs from the protocol's own service. Plain data. */
export interface Dialect {
  /** By kind of call; a kind that is absent is not offered. Absent as a whole: the protocol's own paths. */
  readonly calls?: Readonly<Partial<Record<CallKind, DialectCall>>>;
  /** Constant query parameters, as they are before escaping; they win over the client's. */
  readonly query?: Readonly<Record<string, string>>;
  /** The client's query means nothing there, or is refused. */
  readonly withoutQuery?: boolean;
  /** Headers of the protocol that the host does not know, in lower case. */
  readonly withoutHeaders?: readonly string[];
  /** Body member that takes the values of the header `anthropic-beta` as a list. */
  readonly betaMember?: string;
  /** How streams are framed; absent: server-sent events. */
  readonly framing?: 'aws-event-stream';
  /** The host refuses in a form of its own, not in the protocol's: such a refusal is told anew and never passed on. */
  readonly foreignErrors?: boolean;
}

export interface DialectCall {
  /**
   * Path behind the base URL. `{model}` is the upstream model as one escaped segment, `{path}` the protocol's own path. A call without a model
   * keeps the protocol's own path where the template asks for one.
   */
  readonly path: string;
  /** Top-level body members that the host refuses. */
  readonly remove?: readonly string[];
  /** Top-level body members that the host demands; they win over the client's. */
  readonly set?: Readonly<Record<string, string>>;
}
