import type { CanonicalRequest } from '../../domain/canonical/canonical-request.ts';
import { isObject, parseJson } from '../../lib/json-reading.ts';

/** Names of the client's custom tools: targets without such know each as a function with one string, `input`. */
export function customToolsOf(request: CanonicalRequest): ReadonlySet<string> {
  return new Set(request.tools.filter(({ kind }) => kind === 'custom').map(({ name }) => name));
}

/** The free text in the arguments of such a function; the arguments themselves where the model wrote something else. */
export function freeText(input: string): string {
  const value = parseJson(input);
  return isObject(value) && typeof value['input'] === 'string' ? value['input'] : input;
}
