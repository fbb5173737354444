/** The upstream's id in the form of an OpenAI object (`chatcmpl-…`); made from the exchange when the upstream gave none. */
export function openaiAnswerId(prefix: 'chatcmpl-' | 'cmpl-', upstreamId: string, requestId: string): string {
  if (upstreamId.startsWith(prefix)) return upstreamId;
  // Joined flat: JSON.stringify leaves its fast path for a text that was put together of pieces.
  return [prefix, upstreamId === '' ? requestId : upstreamId].join('');
}
