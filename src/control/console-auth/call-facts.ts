/** What decides who asks: the request before anything of it is believed. */
export interface CallFacts {
  /** In capital letters. */
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Came by https, to us or to a proxy that we trust. */
  readonly isSecure: boolean;
}

/** Where a request came from, for sessions, throttling and the audit log. */
export interface CallOrigin {
  readonly address: string;
  readonly requestId: string;
  readonly userAgent: string;
}
