import { isDeepStrictEqual } from 'node:util';
import type { Redactor } from '../redactor.ts';
import { ENTITY_PLACE, isSecretPlace, maskSecrets, placeOfMember, type FieldPlace } from './mask-secrets.ts';
import { maskText } from './mask-text.ts';

/** One changed field, as `keys[k1].weight`. Undefined where there was or is nothing. A changed secret is `[secret]` on both sides. */
export interface AuditChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** `omitted`: changes beyond the first five hundred. */
export interface AuditDiff {
  readonly changes: readonly AuditChange[];
  readonly omitted: number;
}

interface Walk {
  readonly changes: AuditChange[];
  readonly redactor: Redactor;
  omitted: number;
}

type Members = Readonly<Record<string, unknown>>;

const MOST_CHANGES = 500;
const DEEPEST = 40;

/**
 * What changed between two states of a configured thing, fit for the audit log: no secret, whether by its field's name, by its shape, or
 * because it is a live one.
 * @param before Undefined when it was made.
 * @param after Undefined when it was deleted.
 */
export function diffEntities(before: unknown, after: unknown, redactor: Redactor): AuditDiff {
  const walk: Walk = { changes: [], redactor, omitted: 0 };
  compare(walk, { before, after }, ENTITY_PLACE, '', 0);
  return { changes: walk.changes, omitted: walk.omitted };
}

function compare(walk: Walk, pair: { readonly before: unknown; readonly after: unknown }, place: FieldPlace, path: string, depth: number): void {
  const { before, after } = pair;
  if (isDeepStrictEqual(before, after)) return;
  const isLeaf = isSecretPlace(place) || depth >= DEEPEST;
  if (!isLeaf && isMembers(before) && isMembers(after)) return compareMembers(walk, before, after, place, path, depth);
  const lists = isLeaf ? null : listsById(before, after);
  if (lists !== null) return compareLists(walk, lists, place, path, depth);
  report(walk, { path, before: maskSecrets(before, place, walk.redactor), after: maskSecrets(after, place, walk.redactor) });
}

function compareMembers(walk: Walk, before: Members, after: Members, place: FieldPlace, path: string, depth: number): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const shown = maskText(name, false, walk.redactor);
    const pair = { before: ownMember(before, name), after: ownMember(after, name) };
    compare(walk, pair, placeOfMember(place, name), path === '' ? shown : `${path}.${shown}`, depth + 1);
  }
}

/** Elements are told apart by their id, so that one more in front is one change. */
function compareLists(walk: Walk, lists: ElementLists, place: FieldPlace, path: string, depth: number): void {
  const { before, after } = lists;
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const pair = { before: before.get(id), after: after.get(id) };
    compare(walk, pair, place, `${path}[${maskText(id, false, walk.redactor)}]`, depth + 1);
  }
  const [was, is] = [[...before.keys()].filter((id) => after.has(id)), [...after.keys()].filter((id) => before.has(id))];
  if (isDeepStrictEqual(was, is)) return;
  const show = (ids: readonly string[]): readonly string[] => ids.map((id) => maskText(id, false, walk.redactor));
  report(walk, { path: `${path}[order]`, before: show(was), after: show(is) });
}

function report(walk: Walk, change: AuditChange): void {
  if (walk.changes.length < MOST_CHANGES) walk.changes.push(change);
  else walk.omitted += 1;
}

interface ElementLists {
  readonly before: ReadonlyMap<string, unknown>;
  readonly after: ReadonlyMap<string, unknown>;
}

function listsById(before: unknown, after: unknown): ElementLists | null {
  const [was, is] = [elementsById(before), elementsById(after)];
  return was === null || is === null ? null : { before: was, after: is };
}

/** Null for what is no list of things with an id each. */
function elementsById(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!Array.isArray(value)) return null;
  const elements = new Map<string, unknown>();
  for (const element of value as readonly unknown[]) {
    const id = isMembers(element) ? ownMember(element, 'id') : undefined;
    if (typeof id !== 'string' || elements.has(id)) return null;
    elements.set(id, element);
  }
  return elements;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownMember(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
