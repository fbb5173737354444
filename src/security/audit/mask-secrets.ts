import type { Redactor } from '../redactor.ts';
import { isSecretName, isWhollySecretName } from './is-secret-name.ts';
import { MASK, maskText } from './mask-text.ts';

/** Where a value stands: the field's name, whether it is a field of the thing itself, one of a map of headers, one of a map of secrets. */
export interface FieldPlace {
  readonly name: string;
  readonly isTop: boolean;
  readonly isInHeaders: boolean;
  readonly isInSecrets: boolean;
}

export const ENTITY_PLACE: FieldPlace = { name: '', isTop: false, isInHeaders: false, isInSecrets: false };

/** Constant headers and parameters of a provider: any of them may be its credential, whatever it looks like. They are stored sealed. */
const SECRET_MAPS: ReadonlySet<string> = new Set(['headers', 'query']);

const DEEPEST = 40;

/** The place of a member. An element of a list has the name of the list. */
export function placeOfMember(place: FieldPlace, name: string): FieldPlace {
  return {
    name,
    isTop: place === ENTITY_PLACE,
    isInHeaders: place.isInHeaders || /headers?$/iu.test(place.name),
    isInSecrets: place.isInSecrets || (place.isTop && SECRET_MAPS.has(place.name)),
  };
}

/** Whether everything below this place is secret. */
export function isSecretPlace(place: FieldPlace): boolean {
  return place.isInSecrets || isWhollySecretName(place.name);
}

/** The same value without secrets. Empty texts and null stay, so that one sees whether something was set. */
export function maskSecrets(value: unknown, place: FieldPlace, redactor: Redactor, depth = 0): unknown {
  if (value === null || value === undefined || value === '') return value;
  if (isSecretPlace(place)) return MASK;
  if (typeof value === 'string') return isSecretName(place.name) ? MASK : maskText(value, place.isInHeaders, redactor);
  if (typeof value !== 'object') return typeof value === 'number' || typeof value === 'boolean' ? value : MASK;
  if (depth >= DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map((element) => maskSecrets(element, place, redactor, depth + 1));
  const members = Object.entries(value).map(([name, member]) => [
    maskText(name, false, redactor),
    maskSecrets(member, placeOfMember(place, name), redactor, depth + 1),
  ]);
  return Object.fromEntries(members);
}
