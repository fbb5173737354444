import type { GatewaySnapshot } from '../config/snapshot.ts';

/** Tells a person whose gateway cannot serve anybody yet what is missing. Says nothing when all is there. */
export function sayWhatNext(snapshot: GatewaySnapshot, origin: string): void {
  const lines: string[] = [];
  if (snapshot.providers.length === 0) {
    lines.push(
      'No provider is configured yet. Either give keys in the environment and start again:',
      '  OPENAI_API_KEY=sk-one,sk-two GLOBAL_PROXY_KEYS=choose-a-long-secret npm start',
      'or write headgate.yaml here (it is read as soon as you start again):',
      '  providers:',
      '    - { id: openai-main, preset: openai, keys: ["${OPENAI_KEY_1}", "${OPENAI_KEY_2}"] }',
      '  virtualKeys:',
      '    - { id: me, secret: choose-a-long-secret }',
      `or, while it serves, through the admin API: ${origin}/docs describes it.`,
      'Without an account: npm run demo',
    );
  } else if (snapshot.callers.size === 0 && !snapshot.settings.allowAnonymous) {
    lines.push(
      'No virtual key is configured, so every request is answered with 401. Set GLOBAL_PROXY_KEYS (a comma list of secrets that clients send),',
      'add virtualKeys to headgate.yaml or through the admin API, or, on a machine of your own, set ALLOW_ANONYMOUS=true.',
    );
  } else {
    lines.push(`Send requests to ${origin}/v1 (OpenAI), ${origin} (Anthropic) or ${origin} (Gemini).`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
