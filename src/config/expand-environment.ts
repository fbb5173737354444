import type { ConfigPath } from './config-path.ts';
import type { ConfigProblems } from './config-problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ExpandedValue {
  readonly value: unknown;
  /** Whether the text at this path came out of a variable. */
  readonly isExpanded: (path: ConfigPath) => boolean;
}

/** `$${` (written for a literal `${`), `${NAME}`, `${NAME:-default}`, or the start of something that is none of them. */
const REFERENCE = /\$\$\{|\$\{(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<fallback>[^}]*))?\})?/gu;

/**
 * Puts variables into the texts of a parsed configuration. It works after parsing, so that a value with a colon or a line break stays a value.
 * As in a shell, `:-` also stands in for an empty variable; a variable that is not set and has no default is a problem.
 */
export function expandEnvironment(value: unknown, environment: Environment, problems: ConfigProblems): ExpandedValue {
  const expanded = new Set<string>();
  const expand = (node: unknown, path: ConfigPath): unknown => {
    if (typeof node === 'string') {
      if (!node.includes('${')) return node;
      expanded.add(keyOf(path));
      return expandText(node, environment, (message) => {
        problems.add(path, message);
      });
    }
    if (Array.isArray(node)) return node.map((item, index) => expand(item, [...path, index]));
    if (typeof node === 'object' && node !== null)
      return Object.fromEntries(Object.entries(node).map(([name, field]) => [name, expand(field, [...path, name])]));
    return node;
  };
  return { value: expand(value, []), isExpanded: (path) => expanded.has(keyOf(path)) };
}

function expandText(text: string, environment: Environment, report: (message: string) => void): string {
  return text.replaceAll(REFERENCE, (match: string, name: string | undefined, fallback: string | undefined) => {
    if (match === '$${') return '${';
    if (name === undefined) {
      report('"${" begins no variable such as ${NAME} or ${NAME:-default}; write "$${" for the signs themselves');
      return '';
    }
    const value = environment[name];
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) report(`the environment variable ${name} is not set; set it or write \${${name}:-default}`);
    return value ?? '';
  });
}

function keyOf(path: ConfigPath): string {
  return path.join('\u0000');
}
