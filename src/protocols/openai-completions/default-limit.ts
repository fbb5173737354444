/** Tokens that the API answers with at most when the request does not say. */
export const DEFAULT_MAX_TOKENS = 16;
