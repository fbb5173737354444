import { after, test } from 'node:test';

import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from './find-browser.ts';
import { hasNeeds } from './machine-needs.ts';

/** As root, without a graphics card, and without a word to the browser's maker. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type BrowserTest = (name: string, run: (browser: Browser) => Promise<void>) => void;

/** Tests that share one browser, which starts with the first of them and ends with the file. Left out where there is none, but never in CI. */
export function browserTests(): BrowserTest {
  let launched: Promise<Browser> | null = null;
  after(async () => {
    await (await launched)?.close();
  });
  return (name, run) =>
    void test(name, async (t) => {
      const { path, reasonAgainst } = findBrowser();
      if (!hasNeeds(t, reasonAgainst)) return;
      launched ??= chromium.launch({ executablePath: path, args: FLAGS });
      await run(await launched);
    });
}
