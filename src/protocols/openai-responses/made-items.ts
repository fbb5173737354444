import { isObject, parseJson, type JsonObject } from '../../lib/json-reading.ts';
import type { ItemMemory } from '../wire-protocol.ts';

const END = /^data: (?<data>\{"type":"response\.(?:completed|incomplete)".*)$/m;

/** How output items that the gateway wrote are remembered, and put back where a request only names them. */
export const madeItems: ItemMemory = {
  // Answers are stored unless the client says otherwise, so it may name their items.
  isWanted: (request) => request['store'] !== false,
  ofAnswer: (answer) => itemsOf(parseJson(answer)),
  ofStreamEnd: (frames) => {
    const data = END.exec(frames)?.groups?.['data'];
    const event = data === undefined ? undefined : parseJson(data);
    return itemsOf(isObject(event) ? event['response'] : undefined);
  },
  reference: '"item_reference"',
  putBack: (request, find) => {
    const { input } = request;
    if (!Array.isArray(input)) return request;
    const items = input.map((item: unknown) => (isObject(item) ? (foundItem(item, find) ?? item) : item));
    return { ...request, input: items };
  },
};

function itemsOf(response: unknown): readonly { readonly id: string; readonly item: string }[] {
  const output = isObject(response) ? response['output'] : undefined;
  if (!Array.isArray(output)) return [];
  return output.flatMap((item: unknown) =>
    isObject(item) && typeof item['id'] === 'string' ? [{ id: item['id'], item: JSON.stringify(item) }] : [],
  );
}

function foundItem(item: JsonObject, find: (id: string) => string | null): JsonObject | null {
  const { type, id } = item;
  // Clients leave out the type of a reference.
  const isReference = type === 'item_reference' || (type === undefined && item['role'] === undefined);
  if (!isReference || typeof id !== 'string') return null;
  const found = find(id);
  const read = found === null ? null : parseJson(found);
  return isObject(read) ? read : null;
}
