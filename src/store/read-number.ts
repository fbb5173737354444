/**
 * A number that a database sends as text because it may be larger than JavaScript counts: bigint, and what sum() and avg() make of it.
 * @throws {RangeError} When it is larger indeed; a rounded sum of money would be worse.
 */
export function readNumber(text: string): number {
  const value = Number(text);
  if (Number.isNaN(value)) throw new RangeError(`The database sent ${text.slice(0, 40)} where a number was expected.`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new RangeError(`The number ${text.slice(0, 40)} is larger than can be counted here.`);
  return value;
}
