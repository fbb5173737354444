/** Who can read a reasoning state. */
export type StateFamily = 'anthropic' | 'openai' | 'gemini';

/**
 * Reasoning state that only the provider family that made it can read: Anthropic `signature` and redacted `data`, OpenAI `encrypted_content`,
 * Gemini `thoughtSignature`. It is carried unread, and given to no other family.
 */
export interface OpaqueState {
  readonly family: StateFamily;
  /** `signature`: proves a visible thought or call. `sealed`: is the thought itself. */
  readonly form: 'signature' | 'sealed';
  readonly data: string;
  /** Id of the item that held it (OpenAI `rs_…`); absent elsewhere. */
  readonly itemId?: string;
  /** The exact thought that a signature proves, for carriers through which the text may not come back letter by letter. */
  readonly text?: string;
}

/**
 * With this begins every state that the gateway wraps for a client of another family. Every request is searched for it, and a search runs from
 * one first character to the next: one that is rare in text and code keeps it at a few µs for half a megabyte.
 */
export const STATE_TAG = '~hg-state.';

/** The same where a protocol wants base64: these characters do not depend on what follows. */
export const STATE_TAG_BASE64 = 'fmhnLXN0YXRlL';

/** The state as one string of `[A-Za-z0-9_.~-]`, to be put where the client's protocol keeps its own. */
export function wrapState(state: OpaqueState): string {
  return STATE_TAG + Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** The state in a string that `wrapState` made; null when it was not. */
export function unwrapState(text: string): OpaqueState | null {
  if (!text.startsWith(STATE_TAG)) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(STATE_TAG.length), 'base64url').toString('utf8'));
    return isState(read) ? read : null;
  } catch {
    return null;
  }
}

function isState(value: unknown): value is OpaqueState {
  if (typeof value !== 'object' || value === null) return false;
  const { family, form, data, itemId, text } = value as Record<string, unknown>;
  return (
    (family === 'anthropic' || family === 'openai' || family === 'gemini') &&
    (form === 'signature' || form === 'sealed') &&
    typeof data === 'string' &&
    (itemId === undefined || typeof itemId === 'string') &&
    (text === undefined || typeof text === 'string')
  );
}
