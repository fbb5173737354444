import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDraft } from '../../../test/support/usable-draft.ts';
import type { ProviderConfig, VirtualKeyConfig } from '../../config/schema/gateway-config-schema.ts';
import { PRESETS } from '../../presets/presets.ts';
import { ImportNotes } from './import-notes.ts';
import { settleDraft } from './settle-draft.ts';

const PROTOCOLS = { 'openai-chat': 'https://x.test/v1' };

test('what a configuration would not take is left out part by part, and nothing is opened by it', () => {
  const providers: ProviderConfig[] = [
    { id: 'good', preset: 'custom', protocols: PROTOCOLS, keys: ['sk-1', 'two words', { id: 'k', secret: 'sk-1' }], models: ['a', 'a', 'b'] },
    { id: 'no-models', preset: 'custom', protocols: PROTOCOLS, models: ['bad*name'] },
    { id: 'bad', preset: 'nowhere', protocols: PROTOCOLS },
    { id: 'Bad Id', preset: 'custom', protocols: PROTOCOLS },
    { id: 'good', preset: 'custom', protocols: PROTOCOLS },
  ];
  const secretHash = `sha256:${'0'.repeat(64)}`;
  const virtualKeys: VirtualKeyConfig[] = [
    { id: 'both', secretHash, providers: ['good', 'bad'] },
    { id: 'only-bad', secretHash: `sha256:${'1'.repeat(64)}`, providers: ['bad'] },
    { id: 'same', secretHash },
  ];
  const draft = settleDraft('llm-gateway', { providers, virtualKeys }, new ImportNotes(), PRESETS);
  assert.deepEqual(draft.providers, [
    { id: 'good', preset: 'custom', protocols: PROTOCOLS, keys: ['sk-1'], models: ['a', 'b'] },
    { id: 'no-models', preset: 'custom', protocols: PROTOCOLS, enabled: false },
  ]);
  assert.deepEqual(draft.virtualKeys, [
    { id: 'both', secretHash, providers: ['good'] },
    { id: 'only-bad', secretHash: `sha256:${'1'.repeat(64)}`, enabled: false },
  ]);
  assert.equal(draft.notes.filter(({ kind }) => kind === 'left-out').length, 8);
  compileDraft(draft);
});
