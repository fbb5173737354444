import { AUTH_SCHEMES } from './auth-schemes.ts';
import type { PresetSource } from './preset-source.ts';

/** Presets without an address: the operator writes `protocols` (or `rest.targetUrl`). */
export const GENERIC_PRESETS: readonly PresetSource[] = [
  {
    id: 'custom',
    label: 'Custom',
    protocols: {},
    auth: AUTH_SCHEMES.bearer,
    authByProtocol: { 'anthropic-messages': AUTH_SCHEMES.anthropic, 'gemini-generate': AUTH_SCHEMES.gemini },
    failures: { outOfQuota: ['credit balance is too low'], keyRejected: ['api_key_invalid'] },
  },
  {
    id: 'rest',
    label: 'REST API',
    protocols: {},
    auth: AUTH_SCHEMES.bearer,
  },
];
