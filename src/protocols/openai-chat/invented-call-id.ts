/** The id of a call to which the upstream gave none. Of `[A-Za-z0-9_-]`, at most 64 characters, one a call. */
export function inventedCallId(requestId: string, choice: number, call: number): string {
  return `call_${requestId}_${choice}_${call}`;
}
