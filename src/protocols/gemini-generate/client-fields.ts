import { GatewayError } from '../../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Reading of a client's request as Google's servers read it: null is absent, numbers may be strings, a list of one may be bare. */

/** The refusal of a field, which `param` names in the client's request. */
export function refuseField(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `"${param}" ${problem}`, { param });
}

export function readString(from: JsonObject, name: string, path: string): string | null {
  const value = from[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw refuseField(path, 'must be a string');
  return value;
}

export function readNumber(from: JsonObject, name: string, path: string): number | null {
  const value = from[name];
  if (value === undefined || value === null) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw refuseField(path, 'must be a number');
  return number;
}

/** A whole number of at least `least`. */
export function readWhole(from: JsonObject, name: string, path: string, least: number): number | null {
  const number = readNumber(from, name, path);
  if (number !== null && (!Number.isInteger(number) || number < least)) throw refuseField(path, `must be a whole number of at least ${least}`);
  return number;
}

export function readBoolean(from: JsonObject, name: string, path: string): boolean | null {
  const value = from[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw refuseField(path, 'must be true or false');
  return value;
}

export function readObject(from: JsonObject, name: string, path: string): JsonObject | null {
  const value = from[name];
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw refuseField(path, 'must be an object');
  return value;
}

/** Google's own examples write a list of one as the thing itself. */
export function readObjects(from: JsonObject, name: string, path: string): readonly JsonObject[] {
  const value = from[name];
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each, index) => {
    if (!isObject(each)) throw refuseField(Array.isArray(value) ? `${path}[${index}]` : path, 'must be an object');
    return each;
  });
}

export function readStrings(from: JsonObject, name: string, path: string): readonly string[] {
  const value = from[name];
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each, index) => {
    if (typeof each !== 'string') throw refuseField(`${path}[${index}]`, 'must be a string');
    return each;
  });
}

/** True for what says something: not null, false, or empty. */
export function isSaid(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}
