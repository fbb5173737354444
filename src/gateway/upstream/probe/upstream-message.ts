import { isObject, parseJson, type JsonObject } from '../../../lib/json-reading.ts';
import { hideSecrets } from './hide-secrets.ts';

/** More of a text than is shown is looked at, so that a secret at its end is not cut in two first. */
const MOST_READ = 4096;
const MOST_SHOWN = 500;

/** What an error document says in its vendor's words, fit to be shown; null: there is none. Web pages and plain texts are not repeated. */
export function readUpstreamMessage(body: Buffer, secrets: readonly string[]): string | null {
  const parsed = parseJson(body);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const said = isObject(first) ? messageIn(first) : undefined;
  return said === undefined ? null : showText(said, secrets, MOST_SHOWN);
}

/** A text of an upstream in one line, without secrets, cut; null: nothing is left. */
export function showText(text: string, secrets: readonly string[], most: number): string | null {
  const line = text
    .slice(0, MOST_READ)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const shown = hideSecrets(line, secrets).slice(0, most).toWellFormed();
  return shown === '' ? null : shown;
}

/** `{error:{message}}`, `{error:"…"}`, `{message}`, `{detail}`, Amazon's `{Message}`, and MiniMax's `base_resp`. */
function messageIn(json: JsonObject): string | undefined {
  const { error, base_resp: baseResp } = json;
  const places = [
    isObject(error) ? error['message'] : error,
    json['message'],
    json['Message'],
    json['detail'],
    isObject(baseResp) ? baseResp['status_msg'] : undefined,
  ];
  return places.find((place): place is string => typeof place === 'string' && place.trim() !== '');
}
