const ISSUED = /^(?:(?:sk|hg|pk|rk|gsk|xai|nvapi|hf|ghp|gho|github_pat|mk|vk|pgw)[-_]\S{16,}|AIza\S{16,}|AKIA\S{12,}|bearer\s.*)$/iu;
/** Names are words with spaces, dots or hyphens between them. */
const RANDOM = /[A-Za-z0-9+/_=]{28,}/u;

/** True for a name that is more likely a secret in the wrong place: it must stand neither in an id nor in a message. */
export function looksLikeSecret(name: string): boolean {
  return ISSUED.test(name.trim()) || RANDOM.test(name);
}
