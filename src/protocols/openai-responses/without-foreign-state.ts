import { STATE_TAG } from '../../domain/canonical/opaque-state.ts';
import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** The body without reasoning items that the gateway made: a server that never made them cannot read them, nor find them by their ids. */
export function withoutForeignState(body: JsonObject): JsonObject {
  const input: unknown = body['input'];
  if (!Array.isArray(input)) return body;
  const kept: readonly unknown[] = input.filter((item) => !isForeign(item));
  return kept.length === input.length ? body : { ...body, input: kept };
}

function isForeign(item: unknown): boolean {
  if (!isObject(item) || item['type'] !== 'reasoning') return false;
  const sealed = item['encrypted_content'];
  return typeof sealed === 'string' && sealed.startsWith(STATE_TAG);
}
