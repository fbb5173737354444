import { GatewayError } from '../../domain/gateway-error.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Strict reading of what a client sent: each reader gives the value, or throws `invalid_request` with the field that is wrong. */

export function refuse(field: string, what: string): never {
  throw new GatewayError('invalid_request', `"${field}" ${what}`, { param: field });
}

/** The API takes null for most optional fields. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function readObject(value: unknown, field: string): JsonObject {
  return isObject(value) ? value : refuse(field, 'must be an object');
}

export function readArray(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : refuse(field, 'must be an array');
}

export function readString(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuse(field, 'must be a string');
}

/** A string that is not empty. */
export function readName(value: unknown, field: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(field, 'must be a string that is not empty');
}

export function readOptionalString(value: unknown, field: string): string | null {
  return isAbsent(value) ? null : readString(value, field);
}

export function readOptionalBoolean(value: unknown, field: string): boolean | null {
  if (isAbsent(value)) return null;
  return typeof value === 'boolean' ? value : refuse(field, 'must be true or false');
}

/** A number from `least` to `most`, both allowed. */
export function readOptionalNumber(value: unknown, field: string, least: number, most: number): number | null {
  if (isAbsent(value)) return null;
  return typeof value === 'number' && value >= least && value <= most ? value : refuse(field, `must be a number from ${least} to ${most}`);
}

export function readOptionalInteger(value: unknown, field: string, least: number): number | null {
  if (isAbsent(value)) return null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
    ? value
    : refuse(field, `must be a whole number not below ${least}`);
}

/** One of the words, or null when absent. */
export function readOptionalWord<Word extends string>(value: unknown, field: string, words: readonly Word[]): Word | null {
  if (isAbsent(value)) return null;
  return words.find((word) => word === value) ?? refuse(field, `must be one of ${words.join(', ')}`);
}
