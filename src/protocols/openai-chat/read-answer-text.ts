import { isObject, type JsonObject } from '../../lib/json-reading.ts';
import { readReasoningText } from './reasoning-details.ts';

/** What a message or delta says. */
interface AnswerText {
  readonly thinking: string;
  readonly text: string;
  readonly refusal: string;
}

/** Thoughts, text and refusal of an upstream's message or delta. Some servers (Mistral) write the content as a list of parts, thoughts among them. */
export function readAnswerText(message: JsonObject): AnswerText {
  const { content, refusal } = message;
  const told = typeof refusal === 'string' ? refusal : '';
  const thinking = readReasoningText(message);
  if (typeof content === 'string') return { thinking, text: content, refusal: told };
  if (!Array.isArray(content)) return { thinking, text: '', refusal: told };
  const parts = content.filter(isObject);
  return {
    thinking: thinking + parts.map(thoughtOf).join(''),
    text: parts.map((part) => (part['type'] === 'thinking' ? '' : stringAt(part, 'text'))).join(''),
    refusal: told + parts.map((part) => stringAt(part, 'refusal')).join(''),
  };
}

function thoughtOf(part: JsonObject): string {
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking)
    ? thinking
        .filter(isObject)
        .map((each) => stringAt(each, 'text'))
        .join('')
    : '';
}

function stringAt(from: JsonObject, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}
