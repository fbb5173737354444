import type { JsonObject } from '../../lib/json-reading.ts';
import { candidatesOf, partsOf } from './answer-reading.ts';

/** Parts of an answer that no other protocol has a place for. */
const FOREIGN = ['inlineData', 'fileData', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

/** What of an answer, or of a frame of one, is not told to clients of other protocols. */
export function leftOut(body: JsonObject): readonly string[] {
  return candidatesOf(body).flatMap((candidate) => partsOf(candidate).flatMap((part) => FOREIGN.filter((name) => name in part)));
}
