/**
 * Kinds of secrets that the gateway makes, and how each begins. After the prefix stand 43 random characters and a checksum of 6, all
 * letters and digits. All begin with `hg-`, by which secret scanners and the redactor know them.
 */
export const TOKEN_PREFIXES = {
  'virtual-key': 'hg-',
  session: 'hg-session-',
  refresh: 'hg-refresh-',
  setup: 'hg-setup-',
  agent: 'hg-agent-',
} as const;

export type TokenKind = keyof typeof TOKEN_PREFIXES;
