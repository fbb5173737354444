import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageGuard } from './page-guard.ts';

test('JSON and events pass as they are', () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON ;charset=utf-8',
    'text/event-stream',
    'text/event-stream;x=y',
  ])
    assert.deepEqual(pageGuard(type), [], type);
});

test('whatever else comes from an upstream is no page of the gateway', () => {
  for (const type of [
    'text/html',
    'text/plain',
    'image/svg+xml',
    'application/jsonp',
    'text/html, application/json',
    '',
    ['application/json', 'text/html'],
    undefined,
  ])
    assert.deepEqual(pageGuard(type), ['content-security-policy', 'sandbox', 'x-content-type-options', 'nosniff'], String(type));
});
