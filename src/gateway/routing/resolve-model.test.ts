import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aModel, aProvider, aSnapshot } from '../../../test/support/snapshot-literals.ts';
import type { CompiledProvider, GatewaySnapshot } from '../../config/snapshot.ts';
import { familyOf, resolveModel } from './resolve-model.ts';

function resolve(snapshot: GatewaySnapshot, model: string, asked: readonly CompiledProvider[] | null = null): string {
  const { resolvedBy, offers } = resolveModel(snapshot, model, asked);
  return [`${resolvedBy}:`, ...offers.map((offer) => `${offer.provider.id}/${offer.model?.upstreamModel ?? ''}`)].join(' ');
}

const open = (id: string, family: CompiledProvider['family'], changes: object = {}): CompiledProvider =>
  aProvider(id, { family, acceptsAnyModel: true, ...changes });

const SNAPSHOT = aSnapshot([
  aProvider('acme', { models: ['gpt-x', aModel('mapped', 'its-own-name')] }),
  aProvider('beta', { models: ['gpt-x', 'claude-listed', 'acme/other'] }),
  open('openai', 'openai', { knownModels: ['gpt-x'] }),
  open('anthropic', 'anthropic'),
  open('gemini', 'gemini'),
  open('deepseek', 'deepseek'),
  open('relay', null, { knownModels: ['special'] }),
  aProvider('weather', { kind: 'rest', acceptsAnyModel: true }),
]);

test('provider/model goes to that provider, under the name that it has there', () => {
  assert.equal(resolve(SNAPSHOT, 'beta/gpt-x'), 'provider-prefix: beta/gpt-x');
  assert.equal(resolve(SNAPSHOT, 'acme/mapped'), 'provider-prefix: acme/its-own-name');
  assert.equal(resolve(SNAPSHOT, 'relay/vendor/anything'), 'provider-prefix: relay/vendor/anything');
  assert.equal(resolve(SNAPSHOT, 'acme/unknown'), 'provider-prefix:');
});

test('a listed name with a slash is its own where the provider before the slash does not have the model', () => {
  assert.equal(resolve(SNAPSHOT, 'acme/other'), 'listed: beta/acme/other');
});

test('a REST provider is no prefix of a model', () => {
  assert.equal(resolve(SNAPSHOT, 'weather/today'), 'family: openai/weather/today');
});

test('who lists the name serves it, before any inference', () => {
  assert.equal(resolve(SNAPSHOT, 'gpt-x'), 'listed: acme/gpt-x beta/gpt-x');
  assert.equal(resolve(SNAPSHOT, 'claude-listed'), 'listed: beta/claude-listed');
  assert.equal(resolve(SNAPSHOT, 'mapped'), 'listed: acme/its-own-name');
});

test('else the prefix names the family, among providers that accept any model', () => {
  assert.equal(resolve(SNAPSHOT, 'claude-new'), 'family: anthropic/claude-new');
  assert.equal(resolve(SNAPSHOT, 'gemini-new'), 'family: gemini/gemini-new');
  assert.equal(resolve(SNAPSHOT, 'google/gemma'), 'family: gemini/google/gemma');
  assert.equal(resolve(SNAPSHOT, 'deepseek-new'), 'family: deepseek/deepseek-new');
  assert.equal(resolve(SNAPSHOT, 'gpt-new'), 'family: openai/gpt-new');
  assert.equal(resolve(SNAPSHOT, 'anything'), 'family: openai/anything');
});

test('families of names', () => {
  const families = {
    'gemini-3': 'gemini',
    'google/x': 'gemini',
    'deepseek-chat': 'deepseek',
    'deepseek/r1': 'deepseek',
    'claude-5': 'anthropic',
    'gpt-6': 'openai',
    'my-claude-5': 'openai',
    gemini: 'openai',
    '': 'openai',
  };
  for (const [name, family] of Object.entries(families)) assert.equal(familyOf(name), family, name);
});

test('without a provider of the family, those that know the name serve it, else those that speak for no family', () => {
  const snapshot = aSnapshot([
    open('relay', null, { knownModels: ['claude-known'] }),
    open('other', null),
    open('gemini', 'gemini', { knownModels: ['claude-odd'] }),
  ]);
  assert.equal(resolve(snapshot, 'claude-known'), 'open: relay/claude-known');
  assert.equal(resolve(snapshot, 'claude-odd'), 'open: gemini/claude-odd');
  assert.equal(resolve(snapshot, 'claude-new'), 'open: relay/claude-new other/claude-new');
});

test('a name of another family is never sent to a provider that speaks for its own', () => {
  assert.equal(resolve(aSnapshot([open('gemini', 'gemini')]), 'claude-new'), 'none:');
  assert.equal(resolve(aSnapshot([aProvider('acme', { models: ['a'] })]), 'b'), 'none:');
});

test('a provider that the client asked for serves what it has', () => {
  const of = (id: string): readonly CompiledProvider[] => SNAPSHOT.providers.filter((provider) => provider.id === id);
  assert.equal(resolve(SNAPSHOT, 'gpt-x', of('beta')), 'provider-asked: beta/gpt-x');
  assert.equal(resolve(SNAPSHOT, 'claude-new', of('openai')), 'provider-asked: openai/claude-new');
  assert.equal(resolve(SNAPSHOT, 'openai/gpt-x', of('openai')), 'provider-asked: openai/gpt-x');
  assert.equal(resolve(SNAPSHOT, 'gpt-x', of('anthropic').concat(of('acme'))), 'provider-asked: anthropic/gpt-x acme/gpt-x');
  assert.equal(resolve(SNAPSHOT, 'unknown', of('acme')), 'provider-asked:');
});

test('an unlisted model has the price of the catalogue, a listed one its own', () => {
  const priced = open('openai', 'openai', { priceOf: () => ({ price: { input: 1 }, priceVersion: 'list-1', maxOutputTokens: 99 }) });
  const [offer] = resolveModel(aSnapshot([priced]), 'gpt-new', null).offers;
  assert.deepEqual([offer?.model?.price, offer?.model?.priceVersion, offer?.model?.maxOutputTokens], [{ input: 1 }, 'list-1', 99]);
});

test('names that objects are made of are names like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString', '/', '//', '/x', 'acme/', '']) assert.ok(resolveModel(SNAPSHOT, name, null).resolvedBy);
});
