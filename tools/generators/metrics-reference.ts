// Makes docs/reference/metrics.md of the family definitions that /metrics itself is made of.
import { keyBalancerFamilies, PROXY_FAMILIES } from '../../src/observability/metrics/compatible-families.ts';
import type { FamilyDefinition } from '../../src/observability/metrics/family-definition.ts';
import { OWN_COUNTED, OWN_READ } from '../../src/observability/metrics/own-families.ts';

const INTRODUCTION = `# Metrics

Generated from the definitions in \`src/observability/metrics\`: change them there and run \`npm run generate\`.

\`GET /metrics\` (\`METRICS_PATH\`) answers in the text format of Prometheus. It is open on loopback; from elsewhere it takes the admin token, unless
\`METRICS_PUBLIC=true\`. Each family holds at most 1,000 label sets: beyond that, names from outside (models, providers, keys, callers) become \`other\`.
Labels carry names and ids, never a secret. The process metrics of prom-client (\`process_*\`, \`nodejs_*\`) are shown as well.
`;

export function generate(): Record<string, string> {
  const sections = [
    INTRODUCTION,
    section('Headgate', 'Always shown.', { ...OWN_COUNTED, ...OWN_READ }),
    section(
      'llm-apikey-lb',
      'Shown while `METRICS_COMPAT` lists `key_lb` (the default does). They count attempts. With `api_lb` the same families are shown as `llm_api_lb_*`.',
      keyBalancerFamilies('llm_key_lb'),
    ),
    section(
      'llm-proxy',
      'Shown while `METRICS_COMPAT` lists `proxy` (the default does). They count requests of clients, also those that reached no upstream: their provider is `none`.',
      PROXY_FAMILIES,
    ),
  ];
  return { 'docs/reference/metrics.md': sections.join('\n') };
}

function section(title: string, words: string, families: Readonly<Record<string, FamilyDefinition>>): string {
  const rows = Object.values(families)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((family) => `| \`${family.name}\` | ${family.type} | ${labelsOf(family)} | ${family.help}${bucketsOf(family)} |`);
  return `## ${title}\n\n${words}\n\n| family | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function labelsOf({ labels }: FamilyDefinition): string {
  return labels.map((label) => `\`${label}\``).join(', ');
}

function bucketsOf({ buckets }: FamilyDefinition): string {
  return buckets === undefined ? '' : ` Buckets: ${buckets.join(', ')}.`;
}
