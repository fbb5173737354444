import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { defineRoute, type AdminRoute } from '../http/admin-route.ts';
import { PAGE_POLICY } from '../http/page-policy.ts';

const FILES = [
  { path: '/setup', file: 'setup-page.html', type: 'text/html; charset=utf-8' },
  { path: '/setup/setup.css', file: 'setup.css', type: 'text/css; charset=utf-8' },
  { path: '/setup/setup.js', file: 'setup.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** The page that the setup link opens. */
export function setupRoutes(): readonly AdminRoute[] {
  return FILES.map(({ path, file, type }) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    return defineRoute({
      method: 'GET',
      path,
      access: 'public',
      summary: 'The page that the setup link opens.',
      answers: { 200: Type.String() },
      handle: async () => ({ body: text, headers: { 'content-type': type, 'content-security-policy': PAGE_POLICY } }),
    });
  });
}
