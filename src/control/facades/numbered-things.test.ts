import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigService } from '../config/config-service.ts';
import { ConfigView, type ViewedEntity } from '../config/config-view.ts';
import { NumberedThings } from './numbered-things.ts';

function viewOf(...names: readonly string[]): ConfigView {
  const entities = names.map((id, place): ViewedEntity => {
    const kind = id.includes('/') ? 'provider-key' : 'provider';
    return { kind, id, place, body: { id }, revision: 1, origin: 'database', createdAtMs: null, updatedAtMs: null };
  });
  return new ConfigView(1, entities);
}

function numbered(view: ConfigView): NumberedThings {
  return new NumberedThings(() => ({ view: () => view }) as ConfigService);
}

test('a number is a positive safe integer, made of the name alone, and leads back to it', () => {
  const [one, other] = [numbered(viewOf('a', 'b', 'a/k.1')), numbered(viewOf('b', 'a'))];
  for (const id of ['a', 'b']) {
    const number = one.numberOf(id);
    assert.ok(Number.isSafeInteger(number) && number > 0);
    assert.equal(other.numberOf(id), number);
    assert.equal(one.findProvider(String(number)), id);
  }
  assert.deepEqual(one.findKey(String(one.numberOf('a.k.1'))), { provider: 'a', key: 'k.1' });
  assert.deepEqual(one.findKey('a.k.1'), { provider: 'a', key: 'k.1' });
});

test('a number of a provider is none of a key, and what is not there has none', () => {
  const things = numbered(viewOf('a', 'a/k'));
  assert.equal(things.findKey(String(things.numberOf('a'))), null);
  assert.equal(things.findProvider(String(things.numberOf('a.k'))), null);
  for (const written of ['', '0', '-1', '1e3', 'a', 'a.', '.k', 'a.x', 'b.k', '99999999999999999999']) {
    assert.equal(things.findKey(written), null, written);
    assert.equal(things.findProvider(written), null, written);
  }
});
