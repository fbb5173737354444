import type { AdminRoute } from './admin-route.ts';

/** Methods of the routes that a path has, in alphabetical order; none: nobody serves it. */
export function methodsOfPath(routes: readonly AdminRoute[], rawUrl: string): readonly string[] {
  const segments = (rawUrl.split('?', 1)[0] ?? '').split('/');
  const methods = routes.filter(({ path }) => fits(path.split('/'), segments)).map(({ method }) => method);
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted();
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
