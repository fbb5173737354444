import { isObject, type JsonObject } from '../../lib/json-reading.ts';

/** Id of what the provider keeps from now on: the answer itself unless it was asked not to, or a conversation. Null: nothing is kept. */
export function storedId(body: JsonObject): string | null {
  // A stream tells the response inside its first event.
  const kept = isObject(body['response']) ? body['response'] : body;
  const isKept = kept['object'] === 'conversation' || (kept['object'] === 'response' && kept['store'] !== false);
  return isKept && typeof kept['id'] === 'string' ? kept['id'] : null;
}

/** Id of the stored thing that a request goes on from; null: none. */
export function neededId(body: JsonObject): string | null {
  const previous = body['previous_response_id'];
  if (typeof previous === 'string' && previous !== '') return previous;
  const { conversation } = body;
  const id = isObject(conversation) ? conversation['id'] : conversation;
  return typeof id === 'string' && id !== '' ? id : null;
}
