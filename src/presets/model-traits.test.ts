import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN_MODEL_TRAITS } from '../domain/model-traits.ts';
import { traitsOf } from './model-traits.ts';

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

function claude(model: string): unknown[] {
  const { sampling, thinking, forcedTool, maxOutputTokens } = traitsOf('anthropic', 'anthropic-messages', model);
  return [sampling, thinking?.takesBudget, thinking?.off, thinking?.offUpTo, forcedTool, thinking?.isAdaptive, maxOutputTokens];
}

test('each Claude model has its row of the capability matrix', () => {
  assert.deepEqual(claude('claude-sonnet-5-5'), ['none', false, 'between_tools', null, false, true, 128_000]);
  assert.deepEqual(claude('claude-opus-5-5'), ['none', false, null, null, false, true, 128_000]);
  assert.deepEqual(claude('claude-fable-5-1'), ['none', false, null, null, false, true, 128_000]);
  assert.deepEqual(claude('claude-fable-5-2'), ['none', false, null, null, false, true, 128_000]);
  assert.deepEqual(claude('claude-fable-5'), ['none', false, null, null, true, true, 128_000]);
  assert.deepEqual(claude('claude-haiku-5-5'), ['none', false, 'disabled', 'high', true, true, 128_000]);
  assert.deepEqual(claude('claude-opus-5'), ['none', true, 'disabled', 'high', true, true, 128_000]);
  assert.deepEqual(claude('claude-opus-4-8'), ['none', true, 'disabled', null, true, true, 128_000]);
  assert.deepEqual(claude('claude-opus-4-7'), ['none', true, 'disabled', null, true, true, 128_000]);
  assert.deepEqual(claude('claude-sonnet-5'), ['none', true, 'disabled', null, true, true, 128_000]);
  assert.deepEqual(claude('claude-opus-4-6'), ['all', true, 'disabled', null, true, true, 128_000]);
  assert.deepEqual(claude('claude-sonnet-4-6'), ['all', true, 'disabled', null, true, true, 128_000]);
  assert.deepEqual(claude('claude-haiku-4-5'), ['one', true, 'disabled', null, true, false, 64_000]);
});

test('a Claude that nobody knows is taken for the newest, also one whose name only begins like a known one', () => {
  for (const name of ['claude-next', 'claude-opus-7', 'claude-opus-5-7', 'claude-sonnet-4-15'])
    assert.deepEqual(claude(name), ['none', false, null, null, false, true, 128_000], name);
});

test('no Claude takes sampling parameters or a forced tool while it thinks', () => {
  for (const name of ['claude-sonnet-4-5', 'claude-opus-4-6', 'claude-opus-5', 'claude-x']) {
    const traits = traitsOf('anthropic', 'anthropic-messages', name);
    assert.deepEqual([traits.samplingWhileThinking, traits.forcedToolWhileThinking], [false, false]);
  }
});

test('system messages may stand in the middle from Opus 4.8 on, and a prefill only before 4.6', () => {
  const of = (name: string): boolean[] => {
    const { midSystem, prefill } = traitsOf('anthropic', 'anthropic-messages', name);
    return [midSystem, prefill];
  };
  assert.deepEqual(of('claude-opus-4-7'), [false, false]);
  assert.deepEqual(of('claude-opus-4-8'), [true, false]);
  assert.deepEqual(of('claude-opus-5'), [true, false]);
  assert.deepEqual(of('claude-sonnet-4-5'), [false, true]);
});

test('Bedrock, Vertex and OpenRouter spell the same models in their own way', () => {
  for (const name of [
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws:bedrock:us-east-1:123:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'claude-sonnet-4-5@20250929',
    'anthropic/claude-sonnet-4.5',
  ]) {
    assert.deepEqual(traitsOf('bedrock', 'anthropic-messages', name), traitsOf('anthropic', 'anthropic-messages', 'claude-sonnet-4-5'), name);
  }
  assert.equal(traitsOf('bedrock', 'anthropic-messages', 'anthropic.claude-opus-4-20250514-v1:0').maxOutputTokens, 32_000);
});

test('other models behind Anthropic’s protocol are tried with everything, and switched off as Anthropic’s are', () => {
  const traits = traitsOf('moonshot', 'anthropic-messages', 'kimi-k3');
  assert.equal(traits.thinking?.off, 'disabled');
  assert.equal(traits.sampling, 'all');
});

test('OpenAI’s reasoning models take the newer limit, developer instructions and their own efforts', () => {
  for (const [name, efforts, off] of [
    ['gpt-5', ['minimal', 'low', 'medium', 'high'], null],
    ['gpt-5-mini-2025-08-07', ['minimal', 'low', 'medium', 'high'], null],
    ['gpt-5-pro', ['high'], null],
    ['gpt-5.1', ['low', 'medium', 'high'], 'none'],
    ['gpt-5.1-codex-max', ['low', 'medium', 'high', 'xhigh'], null],
    ['gpt-5.4', ['low', 'medium', 'high', 'xhigh'], 'none'],
    ['gpt-5.6-terra', EFFORTS, 'none'],
    ['gpt-5.10', EFFORTS, 'none'],
    ['gpt-6-astra', EFFORTS, null],
    ['gpt-6-sol', EFFORTS, 'none'],
    ['gpt-6.1-terra', EFFORTS, 'none'],
    ['o3-mini', ['low', 'medium', 'high'], null],
    ['o4-mini', ['low', 'medium', 'high'], null],
  ] as const) {
    const traits = traitsOf('openai', 'openai-chat', name);
    assert.deepEqual([traits.thinking?.efforts, traits.thinking?.off], [efforts, off], name);
    assert.deepEqual([traits.outputLimitField, traits.systemRole, traits.thinking?.takesBudget], ['max_completion_tokens', 'developer', false], name);
  }
});

test('reasoning models that can be told not to think take sampling parameters then, the others never', () => {
  const sampling = (name: string): unknown[] => {
    const traits = traitsOf('openai', 'openai-responses', name);
    return [traits.sampling, traits.samplingWhileThinking];
  };
  for (const name of ['gpt-5.1', 'gpt-5.2', 'gpt-5.4-mini', 'gpt-5.6', 'gpt-6-luna']) assert.deepEqual(sampling(name), ['all', false], name);
  for (const name of ['gpt-5', 'gpt-5.3-codex', 'gpt-6-astra', 'o3']) assert.deepEqual(sampling(name), ['none', false], name);
  for (const name of ['gpt-4o', 'gpt-5-chat-latest']) assert.deepEqual(sampling(name), ['all', true], name);
});

test('OpenAI and Azure take max_completion_tokens for every model, other vendors max_tokens for all but OpenAI’s reasoning models', () => {
  const field = (preset: string, model: string): string => traitsOf(preset, 'openai-chat', model).outputLimitField;
  assert.equal(field('openai', 'gpt-4o'), 'max_completion_tokens');
  assert.equal(field('azure-openai', 'my-deployment'), 'max_completion_tokens');
  assert.equal(field('azure-openai-classic', 'gpt-35-turbo'), 'max_completion_tokens');
  assert.equal(field('groq', 'openai/gpt-oss-120b'), 'max_tokens');
  assert.equal(field('custom', 'gpt-4o'), 'max_tokens');
  assert.equal(field('custom', 'gpt-5'), 'max_completion_tokens');
  assert.equal(field('openrouter', 'openai/gpt-5.5'), 'max_tokens');
  assert.equal(traitsOf('custom', 'openai-chat', 'gpt-5').systemRole, 'system');
});

test('models of OpenAI that do not reason are not told to, and the oldest know no schema', () => {
  for (const name of ['gpt-4o-mini', 'gpt-4.1', 'gpt-3.5-turbo', 'chatgpt-4o-latest', 'ft:gpt-4o-mini:acme::1', 'gpt-5-chat-latest'])
    assert.equal(traitsOf('openai', 'openai-chat', name).thinking, null, name);
  assert.equal(traitsOf('openai', 'openai-chat', 'gpt-4-turbo').jsonSchema, false);
  assert.equal(traitsOf('openai', 'openai-chat', 'gpt-4o').jsonSchema, true);
});

test('stop strings are few in chat, five at Gemini, any number at Anthropic, and none where OpenAI’s o-models think', () => {
  assert.equal(traitsOf('openai', 'openai-chat', 'gpt-4.1').stops, 4);
  for (const name of ['o1', 'o3-mini', 'o4-mini', 'gpt-5', 'gpt-5.6']) assert.equal(traitsOf('openai', 'openai-chat', name).stops, 0, name);
  assert.equal(traitsOf('gemini', 'gemini-generate', 'gemini-3-flash-preview').stops, 5);
  for (const name of ['claude-opus-5', 'kimi-k3']) assert.equal(traitsOf('anthropic', 'anthropic-messages', name).stops, Number.POSITIVE_INFINITY);
});

test('GPT-5.6 takes tools in chat only when it does not think', () => {
  const takes = (name: string): boolean => traitsOf('openai', 'openai-chat', name).toolsWhileThinking;
  assert.deepEqual(['gpt-5.5', 'gpt-5.6', 'gpt-5.6-terra', 'gpt-5.10', 'gpt-6-sol'].map(takes), [true, false, false, false, true]);
});

test('Gemini 2.5 takes neither penalties, but at Vertex, nor JSON mode beside functions; its Pro thinks longest', () => {
  const of = (preset: string, name: string): unknown[] => {
    const { penalties, jsonWithTools, thinking } = traitsOf(preset, 'gemini-generate', name);
    return [penalties, jsonWithTools, thinking?.mostBudget];
  };
  assert.deepEqual(of('gemini', 'gemini-2.5-pro'), [false, false, 32_768]);
  assert.deepEqual(of('vertex', 'gemini-2.5-flash'), [true, false, undefined]);
  assert.deepEqual(of('gemini', 'gemini-2.0-flash'), [true, false, undefined]);
  assert.deepEqual(of('gemini', 'gemini-3.8-flash'), [true, true, undefined]);
  assert.deepEqual(of('gemini', 'gemini-flash-latest'), [true, true, undefined]);
});

test('Google’s own chat layer gets the signatures of Gemini 3 and later back', () => {
  const state = (preset: string, name: string): unknown => traitsOf(preset, 'openai-chat', name).toolCallState;
  assert.deepEqual([state('gemini', 'gemini-3-pro-preview'), state('gemini', 'gemini-flash-latest')], ['gemini', 'gemini']);
  assert.deepEqual([state('gemini', 'gemini-2.5-pro'), state('openrouter', 'google/gemini-3-pro')], [null, null]);
});

test('Gemini 2.5 takes a budget, 3 and later a level, never both', () => {
  const thinking = (name: string): unknown[] => {
    const traits = traitsOf('gemini', 'gemini-generate', name).thinking;
    return [traits?.takesBudget, traits?.efforts, traits?.off];
  };
  assert.deepEqual(thinking('gemini-2.5-pro'), [true, [], null]);
  assert.deepEqual(thinking('models/gemini-2.5-flash-lite'), [true, [], 'zero-budget']);
  assert.deepEqual(thinking('gemini-3-flash-preview'), [false, ['minimal', 'low', 'medium', 'high'], null]);
  assert.deepEqual(thinking('gemini-3-pro-preview'), [false, ['low', 'high'], null]);
  assert.deepEqual(thinking('gemini-3.8-flash'), [false, ['low', 'medium', 'high'], null]);
  assert.deepEqual(thinking('gemini-3.10-flash'), [false, ['low', 'medium', 'high'], null]);
  assert.deepEqual(thinking('gemini-flash-lite-latest'), [false, ['minimal', 'low', 'medium', 'high'], null]);
  assert.deepEqual(thinking('gemini-4-pro'), [false, ['low', 'medium', 'high'], null]);
  assert.deepEqual(thinking('gemini-flash-latest'), [false, ['low', 'medium', 'high'], null]);
  assert.equal(traitsOf('gemini', 'gemini-generate', 'gemini-2.0-flash').thinking, null);
  assert.equal(traitsOf('gemini', 'gemini-generate', 'gemma-3-27b-it').thinking, null);
});

test('only DeepSeek wants its thoughts back', () => {
  assert.equal(traitsOf('deepseek', 'openai-chat', 'deepseek-v4-pro').reasoningHistory, 'reasoning_content');
  assert.equal(traitsOf('deepseek', 'openai-chat', 'deepseek-v4-pro').jsonSchema, false);
  for (const preset of ['vllm', 'xai', 'openrouter', 'groq']) assert.equal(traitsOf(preset, 'openai-chat', 'm').reasoningHistory, null);
});

test('Ollama takes images as data only', () => {
  assert.equal(traitsOf('ollama', 'openai-chat', 'qwen3-vl').imageUrls, false);
});

test('Grok is told how much to think only where it listens', () => {
  assert.equal(traitsOf('xai', 'openai-chat', 'grok-4.3').thinking?.off, 'none');
  assert.equal(traitsOf('xai', 'openai-chat', 'grok-4.7').thinking?.off, null);
  assert.equal(traitsOf('xai', 'openai-chat', 'grok-4.20-0309-reasoning').thinking, null);
});

test('a model of which nothing is known is tried with everything', () => {
  assert.deepEqual(traitsOf('custom', 'openai-chat', 'some-model'), UNKNOWN_MODEL_TRAITS);
});
