/** Rooms of the control plane, as first segments of a path. */
const ROOTS: ReadonlySet<string> = new Set(['api', 'admin', 'docs', 'swagger-ui', 'openapi.json', 'setup']);
/** Those that nobody enters without credentials, whatever the rest of the path says. */
const GUARDED: ReadonlySet<string> = new Set(['api', 'admin']);

/** The pages that show the API document. */
const PAGES: ReadonlySet<string> = new Set(['docs', 'swagger-ui']);

/** Whether a request is the control plane's, however its path is written: doubled slashes, dots and percent signs do not lead around it. */
export function isControlPath(rawUrl: string): boolean {
  return ROOTS.has(firstSegment(rawUrl));
}

export function isGuardedPath(rawUrl: string): boolean {
  return GUARDED.has(firstSegment(rawUrl));
}

export function isDocsPath(rawUrl: string): boolean {
  return PAGES.has(firstSegment(rawUrl));
}

function firstSegment(rawUrl: string): string {
  const path = rawUrl.split(/[?#]/u, 1)[0] ?? '';
  // Bounded: each turn takes at least one percent sign away.
  let plain = path;
  for (let turn = 0; turn < 3 && plain.includes('%'); turn += 1) plain = decoded(plain);
  const kept: string[] = [];
  for (const segment of plain.replaceAll('\\', '/').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment);
  }
  return (kept[0] ?? '').split(';', 1)[0]?.toLowerCase() ?? '';
}

function decoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
