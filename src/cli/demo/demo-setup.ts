import type { MockScript } from '../mock/mock-rule.ts';

/** The secret that the demo's client uses; it opens nothing but the demo. */
export const DEMO_VIRTUAL_KEY = 'hg-demo-6f1c0b7e2a9d4835b0c7d1e2f3a45968';
export const DEMO_MODEL = 'demo-model';

/** A provider key of the demo: what people call it, what the upstream sees, and how little it may do. */
export interface DemoKey {
  readonly id: string;
  readonly secret: string;
  readonly quota: number;
}

export const DEMO_KEYS: readonly DemoKey[] = [2, 3, 4, 5].map((quota, index) => ({
  id: `key-${index + 1}`,
  secret: `sk-demo-upstream-${index + 1}`,
  quota,
}));
export const DEMO_WINDOW_SECONDS = 5;

/** The upstream: each key has a small quota in a short window. */
export function demoScript(): MockScript {
  const quotas = DEMO_KEYS.map(({ secret, quota }) => [secret, { requestsPerMinute: quota, windowSeconds: DEMO_WINDOW_SECONDS }] as const);
  return { rules: [{ text: 'Hello from behind the gateway.' }], quotas: Object.fromEntries(quotas) };
}

/** The gateway's configuration, as a person would write it. */
export function demoConfig(mockOrigin: string): string {
  const keys = DEMO_KEYS.map(({ id, secret }) => `      - { id: ${id}, secret: ${secret} }`).join('\n');
  return `providers:
  - id: demo-vendor
    preset: openai
    protocols: { openai-chat: "${mockOrigin}/v1" }
    models: [${DEMO_MODEL}]
    keys:
${keys}
virtualKeys:
  - { id: demo-client, name: Demo client, secret: ${DEMO_VIRTUAL_KEY} }
`;
}
