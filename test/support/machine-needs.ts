import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/** True when the machine can run the test. Else it is skipped with the reason in words, and in CI it fails with it. */
export function hasNeeds(t: TestContext, reasonAgainst: string | null): boolean {
  if (reasonAgainst === null) return true;
  if (process.env['CI'] === 'true') assert.fail(`This test may not be left out in CI, but ${reasonAgainst}.`);
  t.skip(`left out because ${reasonAgainst}`);
  return false;
}

/** Why these programs cannot be run; null when they can. */
export function reasonAgainstTools(...names: readonly string[]): string | null {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = names.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
  return missing.length === 0 ? null : `this machine lacks ${missing.join(' and ')}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
