import type { SettingsConfig } from './schema/gateway-config-schema.ts';
import type { Settings } from './snapshot.ts';

/** The settings in force when a configuration says nothing. */
export const DEFAULT_SETTINGS: Settings = {
  allowAnonymous: false,
  maxWaitMs: 10_000,
  maxWaiting: 1000,
  translation: 'prefer-native',
  maxAttempts: 6,
  retryBudget: { ratio: 0.2, floor: 10 },
  retryAmbiguous: 'once',
  suspendAfter: 3,
  suspendedProbeSeconds: 600,
  breaker: { share: 0.5, minimum: 10, windowSeconds: 30, inARow: 5, openSeconds: 15, maxOpenSeconds: 300, closeAfter: 2, slowStartSeconds: 30 },
  drainDelayMs: 0,
  drainTimeoutMs: 600_000,
  answerHeaders: true,
  onAbort: { mode: 'cancel', drainSeconds: 0 },
  maxBodyBytes: 32 * 1024 * 1024,
  maxStreamedBodyBytes: 1024 * 1024 * 1024,
  retentionDays: { exchanges: 30, bodies: 3 },
  journal: { flushMs: 200 },
};

/** Fills in what a configuration leaves out. */
export function compileSettings(config: SettingsConfig = {}): Settings {
  const { prices: _, ...written } = config;
  return {
    ...DEFAULT_SETTINGS,
    ...written,
    retryBudget: { ...DEFAULT_SETTINGS.retryBudget, ...written.retryBudget },
    breaker: { ...DEFAULT_SETTINGS.breaker, ...written.breaker },
    onAbort: { ...DEFAULT_SETTINGS.onAbort, ...written.onAbort },
    retentionDays: { ...DEFAULT_SETTINGS.retentionDays, ...written.retentionDays },
    journal: { ...DEFAULT_SETTINGS.journal, ...written.journal },
  };
}
