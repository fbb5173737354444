/** The upstream's id in the form of an OpenAI object (`chatcmpl-…`); made from the exchange when the upstream gave none. */
export function openaiAnswerId(prefix: 'chatcmpl-' | 'cmpl-', upstreamId: string, requestId: string): string {
  if (upstreamId === '') return prefix + requestId;
  return upstreamId.startsWith(prefix) ? upstreamId : prefix + upstreamId;
}
