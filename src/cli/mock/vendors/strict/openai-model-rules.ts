import type { JsonObject } from '../../../../lib/json-reading.ts';
import { refuseIf, shown } from './request-check.ts';

/** Models of OpenAI that think, and take sampling parameters only at their defaults. */
export function isReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model);
}

/** Models of OpenAI, which take nothing but what OpenAI documents. */
export function isOpenaiModel(model: string): boolean {
  return /^(o\d|gpt-|chatgpt-)/.test(model);
}

/** Sampling parameters: only while nothing is thought, with which GPT-5.1 to 5.4 start. */
export function checkSampling(body: JsonObject, model: string, effort: unknown): void {
  const isSilent = effort === 'none' || (/^gpt-5\.[1-4]/.test(model) && (effort === undefined || effort === null));
  if (!isReasoningModel(model) || isSilent) return;
  for (const name of ['temperature', 'top_p']) {
    const value = body[name];
    refuseIf(
      value !== undefined && value !== null && value !== 1,
      `Unsupported value: '${name}' does not support ${shown(value)} with this model. Only the default (1) value is supported.`,
    );
  }
}

/** JSON mode wants the word in the prompt. */
export function checkJsonWord(format: unknown, prompt: unknown, field: string): void {
  const isMissing =
    format === 'json_object' &&
    !JSON.stringify(prompt ?? '')
      .toLowerCase()
      .includes('json');
  refuseIf(isMissing, `'${field}' must contain the word 'json' in some form, to use the format of type 'json_object'.`);
}

export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
