const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * An id that every protocol takes: `^[a-zA-Z0-9_-]+$` (Anthropic) of at most 64 characters (OpenAI). Legal ids stay; others are changed, the same
 * one always in the same way, so that a call and its result still find each other.
 */
export function legalToolCallId(id: string): string {
  if (LEGAL.test(id)) return id;
  const clean = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 40);
  return `${clean === '' ? 'call' : clean}_${fingerprint(id)}`;
}

/** 64 bits of FNV-1a as 16 hex digits: two ids that look alike when cleaned stay two. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
