const SECRET_LIKE = /^(?:sk|hg|pk|rk|gsk|xai|nvapi|hf|ghp|gho|github_pat|AIza|AKIA|mk|key|token|bearer)[-_ ]|^AIza|[A-Za-z0-9+/_=-]{28,}/iu;
const MOST_SHOWN = 40;

/** A name in quotes for an error message; empty when it is long or looks like a secret that stands in the wrong place. */
export function safeQuote(written: string): string {
  return mayBeShown(written) ? JSON.stringify(written) : '';
}

/** False for what is long or looks like a secret. */
export function mayBeShown(written: string): boolean {
  return written.length <= MOST_SHOWN && !SECRET_LIKE.test(written);
}
