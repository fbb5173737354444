import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError, visit } from 'yaml';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { ConfigPath } from './config-path.ts';
import type { Locate } from './config-problems.ts';

/** A parsed YAML text: its plain value, and where each part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  readonly locate: Locate;
}

const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_ALIASES = 100;
const TOO_DEEP = 'the file is nested too deeply';

/** Sentences for the errors of the YAML package, whose own may quote the text and with it a secret. */
const SYNTAX_SENTENCES: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias has no anchor before it',
  BAD_INDENT: 'the indentation is wrong',
  BLOCK_AS_IMPLICIT_KEY: 'a block cannot be a name; is there a second colon or a missing line break?',
  DUPLICATE_KEY: 'the same name stands twice in one mapping',
  MISSING_CHAR: 'a sign is missing, such as a closing quote, a bracket, or the space after a colon',
  MULTIPLE_DOCS: 'the file must hold one document only',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'this tag is not supported',
  UNEXPECTED_TOKEN: 'a sign stands where none is expected',
};

/** Parses YAML 1.2 (and so JSON). Throws ConfigError with the place of each mistake. */
export function parseYaml(text: string, source: string): YamlDocument {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw wholeFileError(source, 'the file is larger than 8 MiB');
  const lines = new LineCounter();
  const document = readDocument(text, source, lines);
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) throw wholeFileError(source, TOO_DEEP);
  const problems = mistakes.map((error) => syntaxProblem(error, lines));
  problems.push(...forbiddenNames(document, lines));
  if (problems.length > 0) throw new ConfigError(source, problems);
  return { value: plainValue(document, source), locate: (path, part) => locate(document, lines, path, part) };
}

function readDocument(text: string, source: string, lines: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, strict: true, uniqueKeys: true });
  } catch (error) {
    // The parser calls itself for each level of nesting.
    if (error instanceof RangeError) throw wholeFileError(source, TOO_DEEP);
    throw error;
  }
}

function plainValue(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof RangeError) throw wholeFileError(source, TOO_DEEP);
    if (error instanceof ReferenceError) throw wholeFileError(source, `the file uses aliases for more than ${MAX_ALIASES} copies`);
    throw error;
  }
}

function syntaxProblem(error: YAMLError, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { path: '', line, column: col, message: SYNTAX_SENTENCES[error.code] ?? `this is not valid YAML (${error.code})` };
}

/** Names that would change the object instead of becoming a field of it. */
function forbiddenNames(document: Document.Parsed, lines: LineCounter): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return;
      const { line, col } = lines.linePos(pair.key.range?.[0] ?? 0);
      problems.push({ path: '', line, column: col, message: 'the name "__proto__" is not allowed' });
    },
  });
  return problems;
}

function locate(document: Document.Parsed, lines: LineCounter, path: ConfigPath, part: 'name' | 'value'): { line: number; column: number } | null {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      // A field that came by merge or alias has no place of its own: the nearest thing around it is told.
      if (pair === undefined) break;
      offset = offsetOf(isLast && part === 'name' ? pair.key : (pair.value ?? pair.key)) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = offsetOf(node) ?? offset;
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return line === 0 ? null : { line, column: col };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function wholeFileError(source: string, message: string): ConfigError {
  return new ConfigError(source, [{ path: '', line: null, column: null, message }]);
}
