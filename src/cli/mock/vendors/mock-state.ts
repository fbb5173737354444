import { createHash } from 'node:crypto';

/** Reasoning state as the mock upstream issues it: it belongs to one vendor and to what it signs, and can be told from any other. */
export function issueState(vendor: 'anthropic' | 'openai' | 'gemini', subject: string): string {
  const digest = createHash('sha256').update(subject).digest('hex').slice(0, 24);
  return Buffer.from(`mock:${vendor}:${digest}`).toString('base64');
}

/** Whether the vendor issued this state for this subject; null: for whatever subject. */
export function isIssuedState(vendor: 'anthropic' | 'openai' | 'gemini', subject: string | null, state: unknown): boolean {
  if (typeof state !== 'string') return false;
  if (subject !== null) return state === issueState(vendor, subject);
  return new RegExp(`^mock:${vendor}:[0-9a-f]{24}$`).test(Buffer.from(state, 'base64').toString('latin1'));
}
