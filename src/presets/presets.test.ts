import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOfBaseUrl } from '../config/base-url.ts';
import { isLoopbackHost } from '../lib/network-address.ts';
import { PRESETS } from './presets.ts';

const REQUIRED =
  `openai anthropic gemini deepseek azure-openai mistral groq xai together fireworks openrouter perplexity cohere moonshot zhipu dashscope minimax
  siliconflow volcengine-ark qianfan hunyuan stepfun nvidia-nim cerebras sambanova huggingface github-models ollama vllm lm-studio deepinfra novita hyperbolic
  custom rest azure-openai-classic bedrock vertex`.split(/\s+/u);

test('every promised vendor is there', () => {
  assert.deepEqual(
    REQUIRED.filter((id) => !PRESETS.has(id)),
    [],
  );
  for (const [id, preset] of PRESETS) assert.match(id, /^[a-z0-9][a-z0-9-]*$/u, preset.label);
});

test('addresses are complete: https unless local, no slash at the end, and each protocol of a vendor in one place', () => {
  for (const preset of PRESETS.values()) {
    for (const base of Object.values(preset.protocols)) {
      const url = new URL(base);
      assert.equal(base.endsWith('/'), false, base);
      assert.equal(preset.local === true ? isLoopbackHost(url.hostname) : url.protocol === 'https:', true, base);
    }
  }
});

test('DeepSeek speaks Anthropic’s protocol under a path and with a header of its own', () => {
  const deepseek = PRESETS.get('deepseek');
  assert.equal(deepseek?.protocols['anthropic-messages'], 'https://api.deepseek.com/anthropic/v1');
  assert.deepEqual(deepseek.authByProtocol?.['anthropic-messages'], { in: 'header', name: 'x-api-key' });
  assert.deepEqual(deepseek.auth, { in: 'header', name: 'authorization', scheme: 'Bearer' });
});

test('Gemini takes its key in x-goog-api-key, its OpenAI layer as Bearer', () => {
  const gemini = PRESETS.get('gemini');
  assert.deepEqual(gemini?.auth, { in: 'header', name: 'x-goog-api-key' });
  assert.equal(gemini.protocols['openai-chat'], 'https://generativelanguage.googleapis.com/v1beta/openai');
  assert.deepEqual(gemini.authByProtocol?.['openai-chat'], { in: 'header', name: 'authorization', scheme: 'Bearer' });
});

test('a variable belongs to one preset, so that one key never goes to two vendors', () => {
  const names = [...PRESETS.values()].flatMap((preset) => preset.env ?? []);
  assert.equal(new Set(names).size, names.length);
  assert.equal(names.includes('GITHUB_TOKEN'), false);
});

test('every preset has the default failure hints, and the vendor’s own before them', () => {
  for (const preset of PRESETS.values()) assert.ok(preset.failures?.outOfQuota?.includes('insufficient_quota'), preset.id);
  assert.equal(PRESETS.get('anthropic')?.failures?.outOfQuota?.[0], 'credit balance is too low');
  assert.ok(PRESETS.get('gemini')?.failures?.keyRejected?.includes('api_key_invalid'));
});

test('Gemini’s 429 of a minute is not taken for an empty account', () => {
  assert.equal(PRESETS.get('gemini')?.failures?.outOfQuota?.includes('exceeded your current quota'), false);
  assert.equal(PRESETS.get('openai')?.failures?.outOfQuota?.includes('exceeded your current quota'), true);
});

test('vendors with a protocol of their own are translated to it, unless a better one is named', () => {
  const best = [...PRESETS.values()].flatMap(({ id, translateTo }) => (translateTo === undefined ? [] : [[id, translateTo]]));
  assert.deepEqual(Object.fromEntries(best), { openai: 'openai-responses', gemini: 'gemini-generate', 'azure-openai': 'openai-responses' });
});

test('clouds without a fixed address show what theirs looks like, and that example passes as a base URL', () => {
  for (const id of ['azure-openai', 'azure-openai-classic', 'bedrock', 'vertex']) {
    const { addressExample = '', protocols } = PRESETS.get(id) ?? assert.fail(id);
    assert.deepEqual(protocols, {});
    assert.equal(problemOfBaseUrl(addressExample), null, id);
  }
});

test('Vertex offers Claude in Anthropic’s protocol only, and Gemini in Google’s only', () => {
  assert.deepEqual(PRESETS.get('vertex')?.protocolByModel, { claude: 'anthropic-messages', gemini: 'gemini-generate' });
});
