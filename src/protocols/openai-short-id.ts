import { createHash } from 'node:crypto';

/** Longest `user`, `safety_identifier` and `prompt_cache_key`, in characters. */
const LONGEST_ID = 64;

/** An id that OpenAI takes and that names the same thing each time: one that is too long is told by its hash. */
export function openaiShortId(id: string): string {
  return id.length <= LONGEST_ID ? id : createHash('sha256').update(id).digest('hex');
}
