/** Takes a body piece by piece. All calls come from the event loop, one after another. */
export interface ByteSink {
  onData(chunk: Buffer): void;
  /** The body is complete. */
  onEnd(): void;
  /** The body broke off; nothing follows. */
  onBreak(error: Error): void;
}
