import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBrowser } from './find-browser.ts';

test('a browser that is named comes first, and without any the one command is told', () => {
  assert.deepEqual(findBrowser({ PATH: '', TEST_BROWSER: process.execPath }), { path: process.execPath, reasonAgainst: null });
  const none = findBrowser({ PATH: '/nowhere', TEST_BROWSER: '/nowhere/chromium' });
  assert.match(String(none.reasonAgainst), /no Chromium: install it, on Debian with `apt-get install chromium`/u);
});
