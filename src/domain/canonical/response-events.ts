import type { CanonicalEvent } from './canonical-event.ts';
import type { CanonicalPart } from './canonical-part.ts';
import type { CanonicalResponse } from './canonical-response.ts';

/** A whole answer as the stream that would have told it, for clients that asked for a stream and upstreams that answered whole. */
export function responseEvents(response: CanonicalResponse): readonly CanonicalEvent[] {
  const events: CanonicalEvent[] = [{ type: 'start', id: response.id, model: response.model, createdAt: response.createdAt }];
  for (const { index, parts, logprobs, stop, stopSequence } of response.choices) {
    let call = 0;
    for (const part of parts) {
      events.push(...partEvents(part, index, call));
      if (part.type === 'tool-call') call += 1;
    }
    if (logprobs !== null) events.push({ type: 'logprobs', choice: index, logprobs });
    events.push({ type: 'finish', choice: index, stop, stopSequence });
  }
  if (response.usage !== null) events.push({ type: 'usage', usage: response.usage });
  events.push({ type: 'end' });
  return events;
}

function partEvents(part: CanonicalPart, choice: number, call: number): CanonicalEvent[] {
  switch (part.type) {
    case 'text': {
      const events: CanonicalEvent[] = [];
      if (part.text !== '') events.push({ type: 'text', choice, text: part.text });
      for (const citation of part.citations ?? []) events.push({ type: 'citation', choice, citation });
      if (part.state !== undefined) events.push({ type: 'text-state', choice, state: part.state });
      return events;
    }
    case 'refusal':
      return [{ type: 'refusal', choice, text: part.text }];
    case 'thinking': {
      const end: CanonicalEvent = part.state === null ? { type: 'thinking-end', choice } : { type: 'thinking-state', choice, state: part.state };
      return part.text === '' ? [end] : [{ type: 'thinking', choice, text: part.text }, end];
    }
    case 'tool-call': {
      const { id, name, kind, input, state } = part;
      const start: CanonicalEvent = { type: 'call-start', choice, call, id, name, kind, ...(state === undefined ? {} : { state }) };
      const end: CanonicalEvent = { type: 'call-end', choice, call };
      return input === '' ? [start, end] : [start, { type: 'call-input', choice, call, text: input }, end];
    }
    // Answers hold none of these.
    case 'image':
    case 'document':
    case 'audio':
    case 'tool-result':
      return [];
  }
}
