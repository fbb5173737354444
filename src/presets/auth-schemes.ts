import type { AuthScheme } from '../domain/preset.ts';

/** The ways in which vendors take a key. */
export const AUTH_SCHEMES = {
  bearer: { in: 'header', name: 'authorization', scheme: 'Bearer' },
  anthropic: { in: 'header', name: 'x-api-key' },
  gemini: { in: 'header', name: 'x-goog-api-key' },
  azure: { in: 'header', name: 'api-key' },
  bedrock: { in: 'aws-sigv4', region: null, service: 'bedrock' },
  googleCloud: { in: 'google-service-account', scope: 'https://www.googleapis.com/auth/cloud-platform' },
} as const satisfies Record<string, AuthScheme>;
