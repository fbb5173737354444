import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the machine's Chromium stands (TEST_BROWSER first), or why the tests that need one cannot be run. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): { readonly path: string; readonly reasonAgainst: string | null } {
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = [environment['TEST_BROWSER'] ?? '', ...paths].find(isExecutable);
  if (path !== undefined) return { path, reasonAgainst: null };
  return {
    path: '',
    reasonAgainst: 'this machine has no Chromium: install it, on Debian with `apt-get install chromium`, or name one in TEST_BROWSER',
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
