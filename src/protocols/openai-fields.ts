import { GatewayError } from '../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../lib/json-reading.ts';

/**
 * Reading of a client's fields in the form that OpenAI's servers demand. Null and absent are the same: not said. Everything else that has the
 * wrong form is the client's error and is told with its field.
 */

/** Refuses the request for this field. The message follows the field's name. */
export function refuseField(field: string, message: string): never {
  throw new GatewayError('invalid_request', `"${field}" ${message}`, { param: field });
}

/** `place`: where the object stands, empty for the request itself. */
function fieldAt(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

export function textField(from: JsonObject, name: string, place = ''): string | null {
  const value = from[name] ?? null;
  return value === null || typeof value === 'string' ? value : refuseField(fieldAt(place, name), 'has to be a string');
}

export function requiredTextField(from: JsonObject, name: string, place = ''): string {
  const value = textField(from, name, place);
  return value === null || value === '' ? refuseField(fieldAt(place, name), 'has to be a string that is not empty') : value;
}

export function booleanField(from: JsonObject, name: string, place = ''): boolean | null {
  const value = from[name] ?? null;
  return value === null || typeof value === 'boolean' ? value : refuseField(fieldAt(place, name), 'has to be true or false');
}

/** A number of the range, its ends included. */
export function numberField(from: JsonObject, name: string, least: number, most: number): number | null {
  const value = from[name] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return refuseField(name, `has to be a number from ${least} to ${most}`);
}

export function wholeNumberField(from: JsonObject, name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | null {
  const value = from[name] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `not below ${least}` : `from ${least} to ${most}`;
  return refuseField(name, `has to be a whole number ${range}`);
}

export function objectField(from: JsonObject, name: string, place = ''): JsonObject | null {
  const value = from[name] ?? null;
  return value === null || isObject(value) ? value : refuseField(fieldAt(place, name), 'has to be an object');
}

export function requiredObjectField(from: JsonObject, name: string, place = ''): JsonObject {
  return objectField(from, name, place) ?? refuseField(fieldAt(place, name), 'is missing');
}

export function listField(from: JsonObject, name: string, place = ''): readonly unknown[] | null {
  const value: unknown = from[name] ?? null;
  return value === null || Array.isArray(value) ? value : refuseField(fieldAt(place, name), 'has to be a list');
}

/** One of the words. */
export function wordField<Word extends string>(from: JsonObject, name: string, words: readonly Word[], place = ''): Word | null {
  const value = from[name] ?? null;
  if (value === null) return null;
  const word = words.find((each) => each === value);
  return word ?? refuseField(fieldAt(place, name), `has to be one of ${words.join(', ')}`);
}
