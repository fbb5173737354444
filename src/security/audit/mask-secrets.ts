import type { Redactor } from '../redactor.ts';
import { isSecretName, isWhollySecretName } from './is-secret-name.ts';
import { MASK, maskText } from './mask-text.ts';

/** Where a value stands: the field's name, and whether it is one of a map of headers. */
export interface FieldPlace {
  readonly name: string;
  readonly isInHeaders: boolean;
}

export const ENTITY_PLACE: FieldPlace = { name: '', isInHeaders: false };

const DEEPEST = 40;

/** The place of a member. An element of a list has the name of the list. */
export function placeOfMember(place: FieldPlace, name: string): FieldPlace {
  return { name, isInHeaders: place.isInHeaders || /headers?$/iu.test(place.name) };
}

/** Whether everything below this place is secret. */
export function isSecretPlace(place: FieldPlace): boolean {
  return isWhollySecretName(place.name);
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
