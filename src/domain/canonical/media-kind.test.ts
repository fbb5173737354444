import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileKind, isUsualImage } from './media-kind.ts';

test('files are PDF, text, films or something else', () => {
  const rows = [
    ['application/pdf', 'pdf'],
    ['text/csv; charset=utf-8', 'text'],
    ['application/json', 'text'],
    ['application/ld+json', 'text'],
    ['Video/MP4', 'video'],
    ['application/zip', 'other'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'other'],
  ] as const;
  for (const [type, kind] of rows) assert.equal(fileKind(type), kind, type);
});

test('four kinds of images are read everywhere', () => {
  assert.deepEqual(['image/png', 'image/JPEG', 'image/webp', 'image/gif', 'image/bmp', 'image/heic'].map(isUsualImage), [
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
