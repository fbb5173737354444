/** Of every answer outside the data plane: nobody keeps it, guesses what it is, frames it, or runs anything in it. Pages bring a policy of their own. */
export const HARDENED_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};
