import { slugsFrom } from '../../config/slug.ts';
import { secretDigest } from '../../config/secret-digest.ts';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/u;
const LONGEST_STEM = 54;
const DIGITS = 8;

/** The id here of a provider that an older program named freely: itself where it is a slug, else the same slug every time. */
export function slugOfOldId(id: string): string {
  if (SLUG.test(id)) return id;
  const [slug = 'provider'] = slugsFrom([id], 'provider');
  return `${slug.slice(0, LONGEST_STEM)}-${secretDigest(id).slice(0, DIGITS)}`;
}

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u;

/** The same for virtual keys, whose ids may hold more. */
export function identifierOfOldId(id: string): string {
  return IDENTIFIER.test(id) ? id : slugOfOldId(id);
}
