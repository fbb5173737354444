import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeRecord, openRecord } from '../../../test/support/exchange-records.ts';
import type { ExchangeRecord } from '../../domain/exchange-record.ts';
import type { PublicModel } from '../../domain/ids.ts';
import { crashedRecord, exchangeRow } from './exchange-row.ts';

test('a record with missing or strange fields is still a row that the table takes', () => {
  const row = exchangeRow({ id: 'a', startedAt: 1, usage: { input: 'x' }, durationMs: null } as unknown as ExchangeRecord);
  for (const [column, value] of Object.entries(row)) {
    assert.ok(value === null || typeof value === 'string' || Number.isFinite(value), column);
  }
  assert.equal(row.usage_input, 0);
});

test('names are cut to what every database can index', () => {
  assert.equal(exchangeRow(exchangeRecord('a', { publicModel: 'm'.repeat(500) as PublicModel })).public_model?.length, 191);
});

test('a crashed exchange without a price costs nothing and is marked as an estimate', () => {
  const record = crashedRecord(openRecord('a'));
  assert.equal(record.outcome, 'crashed');
  assert.equal(record.costMicroUsd, 0);
  assert.equal(record.usage.provenance, 'estimated');
});
