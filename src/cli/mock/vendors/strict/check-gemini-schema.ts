import { isObject } from '../../../../lib/json-reading.ts';
import { camelNames } from './camel-names.ts';
import { refuseIf, refuseUnknown } from './request-check.ts';

const KEYWORDS = [
  'type format title description nullable enum items maxItems minItems properties required propertyOrdering',
  'minProperties maxProperties minLength maxLength pattern example anyOf default minimum maximum',
].flatMap((line) => line.split(' '));

/** Gemini's own kind of schema: a part of OpenAPI, without JSON Schema's newer words. */
export function checkGeminiSchema(schema: unknown, place: string): void {
  if (!isObject(schema)) return;
  const named = camelNames(schema);
  refuseUnknown(named, KEYWORDS, (name) => `Invalid JSON payload received. Unknown name "${name}" at '${place}': Cannot find field.`);
  refuseIf(Array.isArray(named['type']), `Invalid value at '${place}.type': Proto field is not repeating, cannot start list.`);
  const { properties, items, anyOf, enum: values } = named;
  refuseIf(anyOf !== undefined && Object.keys(named).length > 1, `${place}: any_of must be the only field of its schema.`);
  const isMixed = Array.isArray(values) && values.some((value) => typeof value !== 'string');
  refuseIf(isMixed, `Invalid value at '${place}.enum': expected a string.`);
  if (isObject(properties)) for (const [name, each] of Object.entries(properties)) checkGeminiSchema(each, `${place}.properties[${name}]`);
  checkGeminiSchema(items, `${place}.items`);
  if (Array.isArray(anyOf)) for (const [index, each] of anyOf.entries()) checkGeminiSchema(each, `${place}.any_of[${index}]`);
}
