import type { SessionRecord } from './session-record.ts';

/** OWASP ASVS 7.3.1 and 7.3.2. */
const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 12 * 3_600_000;

/** How a session ends by the clock alone; null while it does not. */
export function lapseOf({ startedAtMs, lastSeenAtMs }: SessionRecord, nowMs: number): 'expired' | 'idle' | null {
  if (nowMs - startedAtMs >= ABSOLUTE_MS) return 'expired';
  return nowMs - lastSeenAtMs >= IDLE_MS ? 'idle' : null;
}
