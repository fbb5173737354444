import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileImported } from '../../../test/support/usable-draft.ts';
import type { GatewayConfig, ProviderConfig, VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { hashToken } from '../../security/hash-token.ts';
import type { ImportDraft, ImportNote } from './import-draft.ts';
import { planImport } from './plan-import.ts';

const BASE = 'https://relay.test/v1';

function provider(id: string, secrets: readonly string[], fields: Partial<ProviderConfig> = {}): ProviderConfig {
  return {
    id,
    preset: 'custom',
    protocols: { 'openai-chat': BASE },
    keys: secrets.map((secret, index) => ({ id: `key-${index + 1}`, secret })),
    ...fields,
  };
}

function virtualKey(id: string, secret: string, fields: Partial<VirtualKeyConfig> = {}): VirtualKeyConfig {
  return { id, secretHash: `sha256:${hashToken(secret)}`, enabled: true, ...fields };
}

function draft(providers: readonly ProviderConfig[], virtualKeys: readonly VirtualKeyConfig[] = [], notes: readonly ImportNote[] = []): ImportDraft {
  return { source: 'llm-apikey-lb', providers, virtualKeys, notes };
}

test('into an empty gateway everything comes, and the plan says so before', () => {
  const notes: readonly ImportNote[] = [
    { kind: 'left-out', subject: 'key', where: Array.from({ length: 7 }, (_, index) => `keys[${index}]`), message: 'no API key; left out' },
    { kind: 'told', subject: 'whole', where: ['state'], message: 'every key starts fresh' },
  ];
  const plan = planImport(draft([provider('openai-main', ['sk-1', 'sk-2', 'sk-3'])], [virtualKey('team-a', 'vk-a')], notes), {});
  assert.deepEqual(plan.lines, [
    '+ provider openai-main (3 keys)',
    '+ virtual key team-a',
    '- keys[0], keys[1], keys[2], keys[3], keys[4] and 2 more: no API key; left out.',
    'i state: every key starts fresh.',
    'Providers: 1 to add, 0 there already, 0 left out.',
    'Provider keys: 3 to add, 0 there already, 7 left out.',
    'Virtual keys: 1 to add, 0 there already, 0 left out.',
  ]);
  assert.equal(compileImported(plan.merged).providers[0]?.keys.length, 3);
});

test('a second import of the same data adds nothing', () => {
  const wanted = draft([provider('a', ['sk-1', 'sk-2'])], [virtualKey('k', 'vk-k', { limits: { requestsPerMinute: 5 } })]);
  const first = planImport(wanted, { settings: { maxWaitMs: 5 } });
  const second = planImport(wanted, first.merged);
  assert.deepEqual(second.merged, first.merged);
  assert.deepEqual(second.lines.slice(0, 2), ['= provider a (there already, unchanged)', '= virtual key k (there already, unchanged)']);
  assert.deepEqual(second.counts.keys, { added: 0, skipped: 2, leftOut: 0 });
  assert.deepEqual(second.counts.virtualKeys, { added: 0, skipped: 1, leftOut: 0 });
});

test('keys are told by their secret: new ones come to the pool, under an id of their own', () => {
  const present: GatewayConfig = { providers: [provider('a', ['"Bearer sk-1"'], { weight: 7 })] };
  const plan = planImport(draft([provider('a', ['sk-1', 'sk-2', 'sk-3'])]), present);
  assert.equal(plan.lines[0], '~ provider a (2 keys to add, 1 there already; its weight left as there)');
  const [merged] = plan.merged.providers ?? [];
  assert.equal(merged?.weight, 7);
  assert.deepEqual(
    merged?.keys?.map((key) => (typeof key === 'string' ? key : key.secret)),
    ['"Bearer sk-1"', 'sk-2', 'sk-3'],
  );
  const clash = planImport(draft([provider('a', ['sk-9'])]), present).merged;
  assert.match(JSON.stringify(clash), /"id":"key-1-[0-9a-f]{16}","secret":"sk-9"/u);
  compileImported(plan.merged);
  compileImported(clash);
});

test('keys never come to a provider of the same id that leads to another place', () => {
  const present: GatewayConfig = { providers: [provider('a', ['sk-0'], { protocols: { 'openai-chat': 'https://elsewhere.test/v1' } })] };
  const plan = planImport(draft([provider('a', ['sk-1', 'sk-2'])]), present);
  assert.equal(plan.lines[0], '~ provider a (there already, and differs in protocols; left as it is, and without 2 keys of the import)');
  assert.deepEqual(plan.merged, present);
  assert.deepEqual(plan.counts.keys, { added: 0, skipped: 0, leftOut: 2 });
});

test('what is there under the same id stays as it is', () => {
  const present: GatewayConfig = {
    providers: [provider('a', ['sk-1'], { weight: 7 })],
    virtualKeys: [
      virtualKey('k', 'vk-k', { models: ['gpt-4o'] }),
      virtualKey('other', 'vk-other'),
      { id: 'plain', secret: 'vk-plain' },
      virtualKey('mine', 'vk-mine'),
    ],
  };
  const wanted = draft(
    [provider('a', ['sk-1'], { weight: 2, models: ['x'] })],
    [
      virtualKey('k', 'vk-k'),
      virtualKey('renamed', 'vk-other'),
      virtualKey('plain', 'vk-plain'),
      virtualKey('mine', 'vk-theirs'),
      virtualKey('fresh', 'vk-fresh'),
    ],
  );
  const plan = planImport(wanted, present);
  assert.deepEqual(plan.lines.slice(0, 6), [
    '~ provider a (there already, left as it is; its weight, models left as there)',
    '~ virtual key k (there already and different; left as it is)',
    '= virtual key renamed (its secret is there already as other)',
    '= virtual key plain (there already, unchanged)',
    '~ virtual key mine (there already and different; left as it is; it has another secret, and clients with the old one are refused)',
    '+ virtual key fresh',
  ]);
  assert.deepEqual(plan.merged.providers, present.providers);
  assert.deepEqual(
    plan.merged.virtualKeys?.map(({ id }) => id),
    ['k', 'other', 'plain', 'mine', 'fresh'],
  );
  compileImported(plan.merged);
});

test('ten thousand keys beside ten thousand are joined by their secrets, and no secret is in the plan', () => {
  const secrets = (from: number): string[] => Array.from({ length: 10_000 }, (_, index) => `sk-many-${from + index}`);
  const pool = (from: number): ProviderConfig => provider('a', [], { keys: secrets(from) });
  const plan = planImport(draft([pool(5000)]), { providers: [pool(0)] });
  assert.deepEqual(plan.counts.keys, { added: 5000, skipped: 5000, leftOut: 0 });
  assert.equal(plan.merged.providers?.[0]?.keys?.length, 15_000);
  assert.doesNotMatch(JSON.stringify([plan.lines, plan.providers, plan.counts]), /sk-many/u);
});
